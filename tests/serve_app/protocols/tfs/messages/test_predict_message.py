"""What a PredictRequest feeds and fetches: the words for what does not fit."""

from __future__ import annotations

import numpy as np
import pytest
from tensorflow.core.framework.tensor_pb2 import TensorProto

from serve_app.errors import FailedPreconditionError, InvalidArgumentError
from serve_app.kinds.signature import Signature, TensorSpec
from serve_app.protocols.tfs.messages.predict_message import (
    find_signature,
    output_aliases,
    read_inputs,
)

SPECS = {alias: TensorSpec(f"{alias}:0", "float", (-1,)) for alias in ("a", "b")}
PLAIN = Signature("serving_default", "", SPECS, {"y": SPECS["a"]}, {})
DEFAULTING = Signature(
    "d", "", SPECS, {"y": SPECS["a"]}, {}, defaults={"b": np.array([9.0], np.float32)}
)
ONE = TensorProto(dtype=1, tensor_shape={"dim": [{"size": 1}]}, float_val=[1.0])


@pytest.mark.parametrize(
    ("signature", "sent", "text"),
    [
        (PLAIN, ["a"], "input size does not match signature: 1!=2 len({a}) != len({a,b})."),
        (PLAIN, ["a", "b", "c"], "Sent extra: {c}. Missing but required: {}."),
        (PLAIN, ["a", "c"], "Signature input alias: b(feed name: b:0) not found in request"),
        (DEFAULTING, ["b"], "Signature input alias: a(feed name: a:0) not found in request"),
        (DEFAULTING, ["a", "b", "c"], "input size does not match signature: 3!=2"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(
    signature: Signature, sent: list[str], text: str
) -> None:
    """By number first, then by name; a default takes the place of a missing one."""
    with pytest.raises(InvalidArgumentError) as caught:
        read_inputs(signature, dict.fromkeys(sent, ONE), 1000)
    assert text in caught.value.message


def test_defaults_fill_in() -> None:
    """What is left out is the signature's default."""
    tensors = read_inputs(DEFAULTING, {"a": ONE}, 1000)
    assert {alias: array.tolist() for alias, array in tensors.items()} == {"a": [1.0], "b": [9.0]}


def test_the_limit_holds_for_all_inputs_together() -> None:
    """Many small repetitions do not add up to more."""
    big = TensorProto(dtype=1, tensor_shape={"dim": [{"size": 150}]}, float_val=[1.0])
    read_inputs(PLAIN, {"a": big, "b": ONE}, 1000)
    with pytest.raises(InvalidArgumentError, match="tensor parsing error: b"):
        read_inputs(PLAIN, {"a": big, "b": big}, 1000)


def test_an_unknown_signature_is_a_failed_precondition() -> None:
    """Other code and words than by REST; an empty name means serving_default."""
    assert find_signature({"serving_default": PLAIN}, "") is PLAIN
    with pytest.raises(FailedPreconditionError, match='Serving signature key "x" not found'):
        find_signature({"serving_default": PLAIN}, "x")


def test_an_empty_filter_means_all_outputs() -> None:
    """And another one those that it names."""
    assert output_aliases(PLAIN, []) == ["y"]
    assert output_aliases(PLAIN, ["y"]) == ["y"]
