"""Layout by file names: every kind of export is told apart and refused by what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bqml_export.errors import ExportLayoutError
from bqml_export.repository.export_kind import require_servable
from bqml_export.repository.file_list import list_files
from foundation.repository.export_kind import ExportKind, kind_of

if TYPE_CHECKING:
    from pathlib import Path

REAL = [
    ("iris_logistic_reg", ExportKind.SAVED_MODEL),
    ("tip_linear_reg", ExportKind.SAVED_MODEL),
    ("tip_linear_reg_float32", ExportKind.SAVED_MODEL),
    ("linear_reg_transform", ExportKind.TRANSFORM_MODEL),
    ("dnn_classifier_multiclass_transform", ExportKind.TRANSFORM_MODEL),
    ("transform_only", ExportKind.TRANSFORM_ONLY),
    ("boosted_tree_classifier_transform", ExportKind.BOOSTER),
    ("xgb_random_forest_regressor_model", ExportKind.BOOSTER),
]


@pytest.mark.parametrize(("name", "kind"), REAL)
def test_a_real_export_is_recognised(real_exports: Path, name: str, kind: ExportKind) -> None:
    """Each real export is what its SOURCE.txt says it is."""
    assert kind_of(list_files(real_exports / name)) is kind


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["saved_model.pb", "transform/saved_model.pb"], "trained with TRANSFORM"),
        (["model.bst", "main.py"], "boosted tree or random forest"),
        (["transform/saved_model.pb"], "TRANSFORM_ONLY"),
        (["1/saved_model.pb"], "give its sub-folder '1'"),
        (["variables.index", "variables.data-00000-of-00001"], "folder above it"),
        (["variables/variables.index"], "saved_model.pb is missing"),
        (["a.txt"], "it holds a.txt"),
        ([], "no files"),
    ],
)
def test_what_cannot_be_served_is_refused_by_what_it_is(paths: list[str], words: str) -> None:
    """The error says what the folder is or which mistake it looks like, with exit code 3."""
    with pytest.raises(ExportLayoutError) as error:
        require_servable(paths, "gs://b/p")
    assert words in str(error.value)
    assert error.value.exit_code == 3


def test_a_long_listing_is_cut() -> None:
    """An error names a handful of files and counts the rest."""
    with pytest.raises(ExportLayoutError, match="and 12 more"):
        require_servable([f"{number}.txt" for number in range(20)], "x")
