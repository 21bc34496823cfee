"""How requests for plain rows become one model call, and its outputs their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import orjson

from serve_app.kinds.signature import Signature
from serve_app.protocols.tfs.rest.plain_rows import Row
from serve_app.protocols.tfs.rest.predict_response import row_values, write_predictions
from serve_app.protocols.tfs.rest.rows import scalar_rows


class RowsForm:
    """The rows of many predict requests, read and written in one go.

    What it gives is, byte for byte, what `predict_request` and `predict_response` give for each
    request alone; what it cannot give is left to them.
    """

    quick_only = False

    def merge(
        self, requests: Sequence[Sequence[Row]], signature: Signature
    ) -> dict[str, np.ndarray] | None:
        """Returns one tensor per input alias, of shape [all rows]; None if a row is not plain."""
        if len(requests) == 1:
            return scalar_rows(requests[0], signature.inputs)
        return scalar_rows([row for rows in requests for row in rows], signature.inputs)

    def split(
        self,
        outputs: Mapping[str, np.ndarray],
        counts: Sequence[int],
        signature: Signature,
        version: int,  # noqa: ARG002 - TensorFlow Serving's REST answers do not name it
    ) -> list[bytes]:
        """Returns the body of each answer.

        Args:
            outputs: The model's tensors by alias, each of shape [sum of counts, ...].
            counts: Rows of each request.
            signature: What was called.
            version: The version that was.

        Raises:
            InvalidArgumentError: An output has no JSON form.
        """
        values = row_values(outputs, signature.outputs)
        if values is None:
            return _one_by_one(outputs, counts, signature)
        try:
            return _written(values, counts)
        except TypeError:  # surrogates: bytes that are not UTF-8
            return _one_by_one(outputs, counts, signature)


def _written(values: list[object], counts: Sequence[int]) -> list[bytes]:
    dumps, answers, begin = orjson.dumps, [], 0
    for count in counts:
        end = begin + count
        answers.append(b'{"predictions":%b}' % dumps(values[begin:end]))
        begin = end
    return answers


def _one_by_one(
    outputs: Mapping[str, np.ndarray], counts: Sequence[int], signature: Signature
) -> list[bytes]:
    ends = np.cumsum(counts).tolist()
    parts = (
        {alias: array[end - count : end] for alias, array in outputs.items()}
        for count, end in zip(counts, ends, strict=True)
    )
    return [write_predictions("rows", part, signature.outputs) for part in parts]
