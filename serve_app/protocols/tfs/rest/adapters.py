"""How predict requests in JSON become tensors, and the model's tensors their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.servable import Call, Tensors
from serve_app.kinds.signature import DEFAULT_SIGNATURE, Signature
from serve_app.predictor import Outcome, Query
from serve_app.protocols.tfs.rest.plain_rows import PlainRows
from serve_app.protocols.tfs.rest.predict_request import Layout, PredictBody, read_predict_body
from serve_app.protocols.tfs.rest.predict_response import row_values, write_predictions
from serve_app.protocols.tfs.rest.rows import scalar_rows


def predict_call(signatures: Mapping[str, Signature], query: Query) -> Call:
    """Returns the call of a predict request over REST.

    Raises:
        InvalidArgumentError: The model has no such signature, or it takes no inputs.
    """
    name = query.signature_name
    signature = signatures.get(name or DEFAULT_SIGNATURE)
    if signature is None:
        raise InvalidArgumentError(
            f'Serving signature name: "{name or DEFAULT_SIGNATURE}" not found in signature def'
        )
    if not signature.inputs:
        raise InvalidArgumentError(f"Failed to get input map for signature: {name or 'DEFAULT'}")
    return Call(signature, tuple(signature.outputs))


@dataclass(frozen=True, slots=True)
class DocumentAdapter:
    """Reads and writes any predict body, one by one, exactly as TensorFlow Serving does."""

    def call(self, signatures: Mapping[str, Signature], query: Query) -> Call:
        return predict_call(signatures, query)

    def merge(self, _payloads: Sequence[PredictBody], _call: Call) -> None:
        """Each is read by itself."""

    def read(self, payload: PredictBody, call: Call) -> Tensors:
        return payload.tensors(call.signature.inputs)

    def write(
        self, payloads: Sequence[PredictBody], counts: Sequence[int], outcome: Outcome
    ) -> list[bytes]:
        layouts = [payload.layout for payload in payloads]
        return _one_by_one(layouts, outcome.outputs, counts, outcome.call.signature)


@dataclass(frozen=True, slots=True)
class PlainAdapter:
    """Reads and writes the rows of many plain requests in one go.

    What it gives is, byte for byte, what `DocumentAdapter` gives for each; where that has the last
    word, the body is read once more.
    """

    def call(self, signatures: Mapping[str, Signature], query: Query) -> Call:
        return predict_call(signatures, query)

    def merge(self, payloads: Sequence[PlainRows], call: Call) -> Tensors | None:
        """Returns one tensor per input alias, of shape [all rows]; None if a row is not plain."""
        if len(payloads) == 1:
            return scalar_rows(payloads[0].rows, call.signature.inputs)
        rows = [row for payload in payloads for row in payload.rows]
        return scalar_rows(rows, call.signature.inputs)

    def read(self, payload: PlainRows, call: Call) -> Tensors:
        return read_predict_body(payload.body).tensors(call.signature.inputs)

    def write(
        self, payloads: Sequence[PlainRows], counts: Sequence[int], outcome: Outcome
    ) -> list[bytes]:
        outputs, signature = outcome.outputs, outcome.call.signature
        rows = sum(counts)
        for array in outputs.values():
            if not array.ndim or len(array) != rows:
                break
        else:
            values = row_values(outputs, signature.outputs)
            if values is not None:
                try:
                    return _written(values, counts)
                except TypeError:  # surrogates: bytes that are not UTF-8
                    pass
        return _one_by_one(["rows"] * len(payloads), outputs, counts, signature)


def _written(values: list[object], counts: Sequence[int]) -> list[bytes]:
    dumps, answers, begin = orjson.dumps, [], 0
    for count in counts:
        end = begin + count
        answers.append(b'{"predictions":%b}' % dumps(values[begin:end]))
        begin = end
    return answers


def _one_by_one(
    layouts: Sequence[Layout], outputs: Tensors, counts: Sequence[int], signature: Signature
) -> list[bytes]:
    if len(counts) == 1:
        return [write_predictions(layouts[0], outputs, signature.outputs)]
    ends = np.cumsum(counts).tolist()
    parts = (
        {alias: array[end - count : end] for alias, array in outputs.items()}
        for count, end in zip(counts, ends, strict=True)
    )
    return [
        write_predictions(layout, part, signature.outputs)
        for layout, part in zip(layouts, parts, strict=True)
    ]


PLAIN = PlainAdapter()
DOCUMENTS = DocumentAdapter()
