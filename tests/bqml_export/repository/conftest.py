"""Export folders for the tests of the model repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _field(number: int, payload: bytes) -> bytes:
    assert len(payload) < 128
    return bytes([number << 3 | 2, len(payload)]) + payload


@pytest.fixture(scope="session")
def saved_model_pb() -> bytes:
    """The bytes of the smallest SavedModel: tag serve, one signature, no variables, no assets."""
    info = _field(4, b"serve") + _field(5, b"2.21.0")
    tensor = bytes([0x10, 2]) + _field(3, _field(2, b"\x08" + b"\xff" * 9 + b"\x01"))
    signature = _field(1, _field(1, b"x") + _field(2, tensor)) + _field(3, b"predict")
    entry = _field(1, b"serving_default") + _field(2, signature)
    return _field(2, _field(1, info) + _field(5, entry))


@pytest.fixture
def make_export(tmp_path: Path, saved_model_pb: bytes) -> Callable[..., Path]:
    """Writes a servable export folder, or any folder from a table of names and bytes."""

    def make(name: str = "export", files: dict[str, bytes] | None = None) -> Path:
        folder = tmp_path / name
        for path, content in (files or {"saved_model.pb": saved_model_pb}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder

    return make
