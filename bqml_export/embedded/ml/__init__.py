"""BigQuery ML's training rules for LINEAR_REG and LOGISTIC_REG, free of SQL and of HTTP.

Names are loaded on first use: reading options or tables does not import numpy or TensorFlow.
The function `train` is imported from its module, whose name it shares.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bqml_export.embedded.ml.model import GLMModel
    from bqml_export.embedded.ml.options import TrainingOptions, parse_options
    from bqml_export.embedded.ml.progress import Iteration
    from bqml_export.embedded.ml.table import Field, Table, Value

__all__ = [
    "Field",
    "GLMModel",
    "Iteration",
    "Table",
    "TrainingOptions",
    "Value",
    "parse_options",
]

_HOMES = {
    "GLMModel": "model",
    "Iteration": "progress",
    "TrainingOptions": "options",
    "parse_options": "options",
    "Field": "table",
    "Table": "table",
    "Value": "table",
}


if not TYPE_CHECKING:  # a type checker would take any name for one of ours

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
