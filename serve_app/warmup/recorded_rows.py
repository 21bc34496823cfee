"""The rows that a version's publisher has recorded, to try its model with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from serve_app.errors import ServeAppError
from serve_app.kinds.signature import DEFAULT_SIGNATURE
from serve_app.protocols.tfs.messages.predict_message import read_inputs
from serve_app.warmup.records import FILE, read_records

if TYPE_CHECKING:
    from serve_app.kinds.signature import Signature

Rows: TypeAlias = Mapping[str, np.ndarray]

_MOST = 32
_LIMIT_BYTES = 2**24


def recorded_rows(folder: Path, signature: Signature) -> Rows | None:
    """Returns rows of the version's warmup file for `signature`, None if there are none."""
    parts: list[Rows] = []
    rows = 0
    try:
        for log in read_records(folder / FILE) if (folder / FILE).exists() else ():
            request = log.predict_log.request
            name = request.model_spec.signature_name or DEFAULT_SIGNATURE
            if log.WhichOneof("log_type") == "predict_log" and name == signature.name:
                parts.append(read_inputs(signature, request.inputs, _LIMIT_BYTES))
                rows += max((len(array) for array in parts[-1].values() if array.ndim), default=0)
            if rows >= _MOST:
                break
    except ServeAppError:
        return None  # the replay, which comes first, has said what is wrong with it
    return _joined(parts)


def _joined(parts: list[Rows]) -> Rows | None:
    if not parts or any(not array.ndim for rows in parts for array in rows.values()):
        return None
    try:
        return {
            alias: np.concatenate([rows[alias] for rows in parts])[:_MOST] for alias in parts[0]
        }
    except ValueError:
        return None  # rows of several shapes
