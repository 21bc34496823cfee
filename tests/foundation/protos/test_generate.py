"""The committed modules are what the compiler makes of the `.proto` files today."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

import foundation.protos

FOLDER = Path(foundation.protos.__path__[0])
GENERATED_WITH = "1.80.1"


def test_the_generated_modules_are_up_to_date(tmp_path: Path) -> None:
    """Whoever changes a .proto file also runs `python -m foundation.protos.generate`."""
    try:
        found = version("grpcio-tools")
    except PackageNotFoundError:
        pytest.skip("grpcio-tools is not installed")
    if found != GENERATED_WITH:
        pytest.skip(f"grpcio-tools {found} writes other modules than {GENERATED_WITH}")
    from foundation.protos.generate import generate

    generate(tmp_path)
    fresh = {path.name: path.read_text() for path in (tmp_path / "foundation/protos").iterdir()}
    committed = {path.name: path.read_text() for path in FOLDER.glob("*_pb2.py*")}
    assert fresh == committed
