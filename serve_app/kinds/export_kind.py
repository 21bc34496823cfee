"""Refuses what cannot be served, by what a version folder holds.

Serving a model without its pre-processing, or a booster as if it were a SavedModel, would give
plausible wrong answers.
"""

from __future__ import annotations

from pathlib import Path

from foundation.repository.export_kind import ExportKind, kind_of
from serve_app.errors import NotFoundError, UnsupportedExportError

_TRANSFORM = (
    "a model trained with a TRANSFORM clause (transform/ holds its pre-processing)",
    "the model alone would read raw columns as transformed ones",
)
_REFUSED = {
    ExportKind.BOOSTER: (
        "a boosted tree or random forest model (model.bst, an XGBoost booster)",
        "only TensorFlow SavedModels are",
    ),
    ExportKind.TRANSFORM_MODEL: _TRANSFORM,
    ExportKind.TRANSFORM_ONLY: _TRANSFORM,
}


def require_servable(folder: Path) -> None:
    """Returns quietly if `folder` holds a SavedModel that can be served on its own.

    Raises:
        UnsupportedExportError: It is a BigQuery ML export of a kind that is not served yet.
        NotFoundError: It is no SavedModel (TensorFlow Serving's words).
    """
    kind = kind_of([path.name for path in folder.glob("*")])
    if kind in _REFUSED:
        what, why = _REFUSED[kind]
        raise UnsupportedExportError(
            f"{folder} is a BigQuery ML export of {what}, which is not served yet: {why}"
        )
    if not any((folder / name).is_file() for name in ("saved_model.pb", "saved_model.pbtxt")):
        raise NotFoundError(
            "Could not find SavedModel .pb or .pbtxt at supplied export directory path: "
            f"{folder}{_misplaced(folder)}"
        )


def _misplaced(folder: Path) -> str:
    """Returns a hint where the export lies a level too deep, as `gsutil cp -r` leaves it."""
    inner = sorted(folder.glob("*/saved_model.pb"))
    return f" (one lies in {inner[0].parent.name}/: move its files up)" if inner else ""
