"""How PredictRequest messages become tensors, and the model's tensors their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundation.protos.predict_pb2 import PredictRequest, PredictResponse
from serve_app.kinds.servable import Call, Tensors
from serve_app.kinds.signature import Signature
from serve_app.predictor import Outcome, Query
from serve_app.protocols.tfs.grpc.spec import fill_spec
from serve_app.protocols.tfs.messages.predict_message import (
    check_types,
    find_signature,
    output_aliases,
    read_inputs,
)
from serve_app.protocols.tfs.messages.tensor_proto import write_tensor


@dataclass(frozen=True, slots=True)
class PredictAdapter:
    """Reads and writes messages, one by one.

    Attributes:
        limit_bytes: Largest tensors that a request may stand for.
    """

    limit_bytes: int

    def call(self, signatures: Mapping[str, Signature], query: Query) -> Call:
        """Returns the call of a Predict; a wrong output filter is for `read` to refuse."""
        signature = find_signature(signatures, query.signature_name)
        is_known = query.outputs and all(alias in signature.outputs for alias in query.outputs)
        return Call(signature, query.outputs if is_known else tuple(signature.outputs))

    def merge(self, _payloads: Sequence[PredictRequest], _call: Call) -> None:
        """Each is read by itself."""

    def read(self, payload: PredictRequest, call: Call) -> Tensors:
        inputs = read_inputs(call.signature, payload.inputs, self.limit_bytes)
        output_aliases(call.signature, payload.output_filter)
        check_types(call.signature, inputs)
        return inputs

    def write(
        self, payloads: Sequence[PredictRequest], counts: Sequence[int], outcome: Outcome
    ) -> list[PredictResponse]:
        answers, begin = [], 0
        specs = outcome.call.signature.outputs
        for payload, rows in zip(payloads, counts, strict=True):
            response = PredictResponse()
            fill_spec(response.model_spec, payload.model_spec, outcome.version)
            for alias, array in outcome.outputs.items():
                mine = array[begin : begin + rows] if len(payloads) > 1 else array
                write_tensor(mine, response.outputs[alias], specs[alias].dtype)
            answers.append(response)
            begin += rows
        return answers
