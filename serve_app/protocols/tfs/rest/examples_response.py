"""Writes the answers of classify and regress requests: `{"results": ...}`."""

from __future__ import annotations

import numpy as np

from serve_app.protocols.tfs.examples.result import Classifications, Regressions, Result
from serve_app.protocols.tfs.json.decimal_text import decimal_float32
from serve_app.protocols.tfs.json.json_writer import write_json


def write_results(result: Result) -> bytes:
    """Returns the JSON body: per example a list of [label, score], or a value."""
    numbers = result.values if isinstance(result, Regressions) else result.scores
    results = _classes(result) if isinstance(result, Classifications) else decimal_float32(numbers)
    return write_json({"results": results}, finite=bool(np.isfinite(numbers).all()))


def _classes(result: Classifications) -> list[list[tuple[str, float]]]:
    scores = decimal_float32(result.scores).tolist()
    return [
        [
            (label.decode(errors="surrogateescape"), score)
            for label, score in zip(row_labels, row_scores, strict=True)
        ]
        for row_labels, row_scores in zip(result.labels.tolist(), scores, strict=True)
    ]
