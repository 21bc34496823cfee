"""Tells what kind of export a version folder holds, from its files alone.

BigQuery ML writes three shapes: a SavedModel; a SavedModel with the pre-processing of a TRANSFORM
clause in `transform/`; and an XGBoost booster. Serving the second without its first step, or the
third as if it were a SavedModel, would give plausible wrong answers: both are refused by name.
"""

from __future__ import annotations

from pathlib import Path

from serve_app.errors import NotFoundError, UnsupportedExportError


def require_servable(folder: Path) -> None:
    """Returns quietly if `folder` holds a SavedModel that can be served on its own.

    Raises:
        UnsupportedExportError: It is a BigQuery ML export of a kind that is not served yet.
        NotFoundError: It is no SavedModel (TensorFlow Serving's words).
    """
    if (folder / "model.bst").exists():
        what = "a boosted tree or random forest model (model.bst, an XGBoost booster)"
        raise _not_served(folder, what, "only TensorFlow SavedModels are")
    if (folder / "transform").is_dir():
        what = "a model trained with a TRANSFORM clause (transform/ holds its pre-processing)"
        raise _not_served(
            folder, what, "the model alone would read raw columns as transformed ones"
        )
    if not any((folder / name).is_file() for name in ("saved_model.pb", "saved_model.pbtxt")):
        raise NotFoundError(
            "Could not find SavedModel .pb or .pbtxt at supplied export directory path: "
            f"{folder}{_misplaced(folder)}"
        )


def _not_served(folder: Path, what: str, why: str) -> UnsupportedExportError:
    return UnsupportedExportError(
        f"{folder} is a BigQuery ML export of {what}, which is not served yet: {why}"
    )


def _misplaced(folder: Path) -> str:
    """Returns a hint where the export lies a level too deep, as `gsutil cp -r` leaves it."""
    inner = sorted(folder.glob("*/saved_model.pb"))
    return f" (one lies in {inner[0].parent.name}/: move its files up)" if inner else ""
