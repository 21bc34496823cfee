"""A SavedModel folder that is not whole is refused before it is published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bqml_export.errors import ExportLayoutError
from bqml_export.repository.saved_model_folder import inspect_saved_model

DATA = "variables/variables.data-00000-of-00001"


@pytest.fixture
def tip(real_exports: Path, tmp_path: Path) -> Path:
    """A private copy of a real LINEAR_REG export with assets and variables."""
    return Path(shutil.copytree(real_exports / "tip_linear_reg", tmp_path / "tip"))


def test_a_whole_export_is_summarized(tip: Path) -> None:
    """Version, signature and assets come out of saved_model.pb without TensorFlow."""
    summary = inspect_saved_model(tip, "tip")
    assert summary.tensorflow_version == "2.22.0"
    assert summary.signatures["serving_default"].inputs["PULocationID"] == "string[-1]"
    assert summary.signatures["serving_default"].outputs == {
        "predicted_tip_amount": "float64[-1,1]"
    }
    assert "payment_type.txt" in summary.asset_files


@pytest.mark.parametrize("name", ["assets/payment_type.txt", "variables/variables.index", DATA])
def test_a_missing_file_is_named(tip: Path, name: str) -> None:
    """What the graph or the index refers to must be there."""
    (tip / name).unlink()
    with pytest.raises(ExportLayoutError, match=name):
        inspect_saved_model(tip, "tip")


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index", DATA])
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.98])
def test_a_file_that_is_cut_off_is_named(tip: Path, name: str, kept: float) -> None:
    """A half-copied file is found, wherever it was cut."""
    content = (tip / name).read_bytes()
    (tip / name).write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(ExportLayoutError, match=name):
        inspect_saved_model(tip, "tip")
