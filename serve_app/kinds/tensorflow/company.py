"""Copies of a model that compute single rows in company, each as if it were alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from serve_app.errors import ServeAppError

if TYPE_CHECKING:
    from serve_app.kinds.signature import Signature
    from serve_app.kinds.tensorflow.saved_model import SavedModel

_log = logging.getLogger(__name__)
_WIDTHS = (4, 16, 64)
_MOST_BYTES = 64 * 1024 * 1024


class Company:
    """The row-wise copies of one model, narrow to wide.

    Args:
        models: The copies; empty where there are none.
    """

    def __init__(self, models: Sequence[SavedModel] = ()) -> None:
        self.models = tuple(models)

    @property
    def width(self) -> int:
        """How many single rows go into one call, 0 where none do."""
        return self.models[-1].width if self.models else 0

    def run(
        self,
        signature: Signature,
        inputs: Mapping[str, np.ndarray],
        rows: int,
        wanted: tuple[str, ...] = (),
        *,
        in_caller: bool = False,
    ) -> dict[str, np.ndarray]:
        """Returns the outputs of `rows` single rows, at most `width`; as `SavedModel.run`.

        Raises:
            ServeAppError: The model failed.
        """
        model = next(model for model in self.models if model.width >= rows)
        if rows < model.width:
            last = np.minimum(np.arange(model.width), rows - 1)
            inputs = {alias: array[last] for alias, array in inputs.items()}
        outputs = model.run(signature, inputs, wanted, in_caller=in_caller)
        return {alias: array[:rows] for alias, array in outputs.items()}

    def close(self) -> None:
        """Gives the memory back."""
        for model in self.models:
            model.close()


def open_company(folder: Path, *, threads: int, timeout_ms: int) -> Company:
    """Returns the copies of the model in `folder`: none of a large one, or one that has no use.

    Args:
        folder: The version folder.
        threads: Threads for one operation.
        timeout_ms: Milliseconds after which a call is cancelled.
    """
    from serve_app.kinds.tensorflow.saved_model import SavedModel

    size_bytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    if size_bytes > _MOST_BYTES:
        return Company()
    models: list[SavedModel] = []
    try:
        models.extend(
            SavedModel(folder, threads=threads, timeout_ms=timeout_ms, width=width)
            for width in _WIDTHS
        )
    except ServeAppError as exc:
        _log.info("no row-wise copy of %s: %s", folder, exc.message)
        Company(models).close()
        return Company()
    return Company(models)
