"""Our own validator, which reads any manifest, has nothing to say against ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from kuberay.cli._options import check_settings
from kuberay.validate.checks import validate
from kuberay.validate.manifest.stream import read_files

EXAMPLES = Path(__file__).parents[3] / "kuberay" / "examples"


@pytest.mark.parametrize("name", ["small", "gke"])
def test_the_examples_have_no_findings(name: str) -> None:
    """Neither an error nor a warning, Ray's own schema included."""
    stream = read_files([str(path) for path in sorted((EXAMPLES / name).iterdir())])
    report = validate(stream, check_settings(with_ray=True))
    assert report.findings == ()
