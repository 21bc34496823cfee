"""The package: what it offers, and that it is light until it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bqml_export.embedded import ml


@pytest.mark.parametrize("name", ml.__all__)
def test_every_public_name_can_be_loaded(name: str) -> None:
    """Names are found where the table of homes says they are."""
    assert getattr(ml, name) is not None


def test_unknown_names_are_attribute_errors() -> None:
    """Loading on first use does not hide a misspelt import."""
    with pytest.raises(AttributeError, match="no attribute 'Tabel'"):
        ml.Tabel  # type: ignore[attr-defined]  # noqa: B018


def test_training_and_predicting_do_not_import_tensorflow() -> None:
    """Only an export needs TensorFlow, which takes seconds to load."""
    code = (
        "import sys, bqml_export.embedded.ml.train, bqml_export.embedded.ml.model;"
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
