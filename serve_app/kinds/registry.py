"""The kinds that there are, and which of them a version folder is."""

from __future__ import annotations

from pathlib import Path

from serve_app.errors import NotFoundError
from serve_app.kinds.servable import Kind, LoadOptions, Servable
from serve_app.kinds.tensorflow.kind import TENSORFLOW

KINDS: list[Kind] = [TENSORFLOW]
"""Asked in this order. A new kind is a room beside `tensorflow/`, and a line here."""


def load_servable(folder: Path, options: LoadOptions) -> Servable:
    """Loads a version folder, whatever its kind.

    Raises:
        NotFoundError: It is of no known kind (TensorFlow Serving's words).
        ServeAppError: It cannot be loaded; the class says why.
    """
    for kind in KINDS:
        if kind.recognises(folder):
            return kind.load(folder, options)
    raise NotFoundError(
        "Could not find SavedModel .pb or .pbtxt at supplied export directory path: "
        f"{folder}{_misplaced(folder)}"
    )


def _misplaced(folder: Path) -> str:
    """Returns a hint where the export lies a level too deep, as `gsutil cp -r` leaves it."""
    inner = sorted(folder.glob("*/saved_model.pb"))
    return f" (one lies in {inner[0].parent.name}/: move its files up)" if inner else ""
