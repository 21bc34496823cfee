"""The kinds that there are, and which of them a version folder is."""

from __future__ import annotations

from pathlib import Path

from serve_app.kinds.export_kind import require_servable
from serve_app.kinds.servable import Kind
from serve_app.kinds.tensorflow.kind import TENSORFLOW

KINDS: list[Kind] = [TENSORFLOW]
"""Asked in this order. A new kind is a room beside `tensorflow/`, and a line here."""


def kind_of(folder: Path) -> Kind:
    """Returns the kind of a version folder.

    Raises:
        UnsupportedExportError: It is a BigQuery ML export of a kind that is not served yet.
        NotFoundError: It is of no known kind (TensorFlow Serving's words).
    """
    for kind in KINDS:
        if kind.recognises(folder):
            return kind
    require_servable(folder)
    raise AssertionError(f"{folder} is servable, and of no kind")
