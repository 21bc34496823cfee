"""Which exports are served, and the words with which the others are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from serve_app.errors import NotFoundError, UnsupportedExportError
from serve_app.kinds.export_kind import require_servable

SERVED = ["iris_logistic_reg", "tip_linear_reg", "tip_linear_reg_float32"]
WITH_TRANSFORM = ["dnn_classifier_multiclass_transform", "linear_reg_transform", "transform_only"]
BOOSTERS = [
    "boosted_tree_classifier_transform",
    "xgb_boosted_tree_classifier_model",
    "xgb_boosted_tree_regressor_model",
    "xgb_random_forest_regressor_model",
]


@pytest.mark.parametrize("name", SERVED)
def test_a_plain_saved_model_is_servable(real_exports: Path, name: str) -> None:
    """The real exports that TensorFlow Serving could load."""
    require_servable(real_exports / name)


@pytest.mark.parametrize("name", WITH_TRANSFORM)
def test_an_export_with_transform_is_refused(real_exports: Path, name: str) -> None:
    """Half of it would give plausible wrong answers."""
    with pytest.raises(UnsupportedExportError, match=r"TRANSFORM clause.*not served yet"):
        require_servable(real_exports / name)


@pytest.mark.parametrize("name", BOOSTERS)
def test_a_booster_is_refused(real_exports: Path, name: str) -> None:
    """It is no SavedModel."""
    with pytest.raises(UnsupportedExportError, match=r"boosted tree or random forest.*not served"):
        require_servable(real_exports / name)


def test_an_export_one_level_too_deep_is_recognised(tmp_path: Path) -> None:
    """What `gsutil cp -r` leaves when the target folder exists already."""
    (tmp_path / "iris_model").mkdir()
    (tmp_path / "iris_model" / "saved_model.pb").touch()
    with pytest.raises(NotFoundError, match=r"one lies in iris_model/: move its files up"):
        require_servable(tmp_path)


def test_an_empty_folder_gets_tensorflow_servings_words(tmp_path: Path) -> None:
    """Scripts look for them."""
    with pytest.raises(NotFoundError, match=r"Could not find SavedModel \.pb or \.pbtxt"):
        require_servable(tmp_path)
