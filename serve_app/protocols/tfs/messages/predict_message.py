"""Reads what a PredictRequest message feeds and fetches, by TensorFlow Serving's rules.

A restatement of PreProcessPrediction in servables/tensorflow/predict_util.cc: same checks, order
and words. Shapes are not looked at, and types only by the session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from serve_app.errors import FailedPreconditionError, InvalidArgumentError
from serve_app.kinds.signature import DEFAULT_SIGNATURE, Signature
from serve_app.kinds.tensor_type import type_name
from serve_app.protocols.tfs.messages.tensor_proto import read_tensor

if TYPE_CHECKING:
    from tensorflow.core.framework.tensor_pb2 import TensorProto


def find_signature(signatures: Mapping[str, Signature], name: str) -> Signature:
    """Returns the signature `name`; empty means `serving_default`.

    Raises:
        FailedPreconditionError: There is none of that name.
    """
    found = signatures.get(name or DEFAULT_SIGNATURE)
    if found is None:
        raise FailedPreconditionError(
            f'Serving signature key "{name or DEFAULT_SIGNATURE}" not found.'
        )
    return found


def read_inputs(
    signature: Signature, inputs: Mapping[str, TensorProto], limit_bytes: int
) -> dict[str, np.ndarray]:
    """Returns one tensor per input alias: as sent, or its default.

    `limit_bytes` bounds the size of all tensors together.

    Raises:
        InvalidArgumentError: Too many inputs, one is missing, or a tensor is malformed.
        UnimplementedError: A tensor is of a type that cannot be fed.
    """
    _check_size(signature, set(inputs))
    tensors: dict[str, np.ndarray] = {}
    for alias, spec in signature.inputs.items():
        if alias in inputs:
            tensors[alias] = read_tensor(alias, inputs[alias], limit_bytes)
            limit_bytes -= tensors[alias].nbytes
        elif alias in signature.defaults:
            tensors[alias] = signature.defaults[alias]
        else:
            raise InvalidArgumentError(
                f"Signature input alias: {alias}(feed name: {spec.tensor_name}) not found in "
                "request and no default value provided. Inputs expected to be in the set "
                f"{_names(signature.inputs)}."
            )
    return tensors


def _check_size(signature: Signature, sent: set[str]) -> None:
    wanted = set(signature.inputs)
    has_too_few = len(sent) < len(wanted) and not signature.defaults
    if len(sent) > len(wanted) or has_too_few:
        raise InvalidArgumentError(
            f"input size does not match signature: {len(sent)}!={len(wanted)} "
            f"len({_names(sent)}) != len({_names(wanted)}). "
            f"Sent extra: {_names(sent - wanted)}. Missing but required: {_names(wanted - sent)}."
        )


def check_types(signature: Signature, inputs: Mapping[str, np.ndarray]) -> None:
    """Refuses tensors of another type than the signature's, in the words of a session.

    Raises:
        InvalidArgumentError: The first of them, by the name of the graph's tensor.
    """
    by_tensor = sorted((spec.tensor_name, alias) for alias, spec in signature.inputs.items())
    for index, (_, alias) in enumerate(by_tensor):
        wanted, sent = signature.inputs[alias].dtype, type_name(inputs[alias])
        if sent != wanted:
            raise InvalidArgumentError(
                f"Expects arg[{index}] to be {wanted} but {sent} is provided"
            )


def output_aliases(signature: Signature, output_filter: Iterable[str]) -> list[str]:
    """Returns the outputs to fetch: those of the filter, or all where it is empty.

    Raises:
        InvalidArgumentError: The filter names an unknown output, or one twice.
    """
    aliases: list[str] = []
    for alias in output_filter:
        if alias not in signature.outputs:
            raise InvalidArgumentError(
                f"output tensor alias not found in signature: {alias} Outputs expected to be in "
                f"the set {_names(signature.outputs)}."
            )
        if alias in aliases:
            raise InvalidArgumentError(f"duplicate output tensor alias: {alias}")
        aliases.append(alias)
    return aliases or list(signature.outputs)


def _names(names: Iterable[str]) -> str:
    return f"{{{','.join(sorted(names))}}}"
