"""Whether a list of file names is that of an export that can be served."""

from __future__ import annotations

from collections.abc import Collection

from bqml_export.errors import ExportLayoutError
from foundation.repository.export_kind import ExportKind, kind_of

_SHOWN_NAMES = 8


_REFUSALS = {
    ExportKind.TRANSFORM_MODEL: (
        (
            "is a model trained with TRANSFORM and is not served yet: "
            "its pre-processing graph would be skipped"
        ),
        "retrain without the TRANSFORM clause",
    ),
    ExportKind.TRANSFORM_ONLY: (
        "is a TRANSFORM_ONLY export and is not served yet: it has pre-processing but no model",
        "export the model itself",
    ),
    ExportKind.BOOSTER: (
        "is a boosted tree or random forest (an XGBoost booster, model.bst) and is not served yet",
        "train one of the types that export as a TensorFlow SavedModel, for example LOGISTIC_REG",
    ),
}


def require_servable(paths: Collection[str], source: str) -> None:
    """Returns when `paths` are those of an export that can be served.

    `source` is what the user called the folder or prefix, for the error.

    Raises:
        ExportLayoutError: They are not; the message says what they are.
    """
    kind = kind_of(paths)
    if kind is ExportKind.SAVED_MODEL:
        return
    if kind in _REFUSALS:
        refusal, hint = _REFUSALS[kind]
        raise ExportLayoutError(f"{source} {refusal}", hint=hint)
    raise ExportLayoutError(
        f"{source} is not a BigQuery ML export: it holds {_listing(paths)}",
        hint=_likely_mistake(paths),
    )


def _listing(paths: Collection[str]) -> str:
    if not paths:
        return "no files"
    top = {head + slash for head, slash, _ in (path.partition("/") for path in paths)}
    shown = ", ".join(sorted(top)[:_SHOWN_NAMES])
    more = len(top) - _SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _likely_mistake(paths: Collection[str]) -> str:
    for path in sorted(paths):
        folder, _, name = path.rpartition("/")
        if name in ("saved_model.pb", "model.bst"):
            return f"the export is one level further down: give its sub-folder '{folder}'"
    if any(path.startswith("variables.") for path in paths):
        return "this looks like the variables/ folder of an export: give the folder above it"
    if any(path.startswith("variables/") for path in paths):
        return "saved_model.pb is missing: the copy is incomplete, copy the export again"
    return "expected saved_model.pb and variables/, as `bq extract -m` writes them"
