"""What a model takes and gives: the signatures of a SavedModel, free of TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from foundation.json_types import Json

DEFAULT_SIGNATURE = "serving_default"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output of a signature.

    Attributes:
        tensor_name: The graph's tensor, for example `sepal_length:0`.
        dtype: TensorFlow's name of the element type: float, double, int64, string, bool, ...
        shape: One size per dimension, -1 where it varies; None for an unknown rank.
    """

    tensor_name: str
    dtype: str
    shape: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a model.

    Attributes:
        name: The key in the SavedModel, for example `serving_default`.
        method_name: For example `tensorflow/serving/predict`; empty for an init op.
        inputs: Alias -> tensor.
        outputs: Alias -> tensor.
        definition: The SignatureDef as proto3 JSON with original field names, as TensorFlow
            Serving's metadata answer shows it.
        text: The SignatureDef in protobuf's text format, as error messages quote it.
        defaults: Input alias -> tensor that is fed where a gRPC request leaves the input out.
    """

    name: str
    method_name: str
    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec]
    definition: Json
    text: str = ""
    defaults: Mapping[str, np.ndarray] = field(default_factory=dict)


def joined(signatures: Sequence[Signature]) -> Signature:
    """Returns one way to call a model that computes several signatures at once.

    The alias of an input or output is `number/alias`, with the number of its signature.
    """
    if len(signatures) == 1:
        return signatures[0]
    return Signature(
        name="\0".join(signature.name for signature in signatures),
        method_name="",
        inputs={
            f"{number}/{alias}": spec
            for number, signature in enumerate(signatures)
            for alias, spec in signature.inputs.items()
        },
        outputs={
            f"{number}/{alias}": spec
            for number, signature in enumerate(signatures)
            for alias, spec in signature.outputs.items()
        },
        definition=None,
    )
