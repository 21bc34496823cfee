"""What a signature must look like to classify or to regress tf.Examples.

As TensorFlow Serving does by default, a signature is judged by its inputs and outputs; its
method_name is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.signature import Signature, TensorSpec

INPUTS = "inputs"
CLASSES = "classes"
SCORES = "scores"
OUTPUTS = "outputs"


@dataclass(frozen=True, slots=True)
class Form:
    """The graph's tensors that one signature uses, by tensor name.

    Attributes:
        feed: The input that takes the serialized Examples.
        fetches: Output alias -> tensor name; only the outputs that the method reads.
    """

    feed: TensorSpec
    fetches: dict[str, str]


def classification_form(signature: Signature) -> Form:
    """Returns the tensors of a classification: `inputs`, and `classes` and/or `scores`.

    Raises:
        InvalidArgumentError: The signature has another form.
    """
    _check_one_input(signature)
    outputs = signature.outputs
    if len(outputs) not in (1, 2):
        raise InvalidArgumentError(f"Expected one or two output Tensors, found {len(outputs)}")
    feed = _feed(signature, "classification")
    fetches = {alias: outputs[alias].tensor_name for alias in (CLASSES, SCORES) if alias in outputs}
    if not fetches:
        raise InvalidArgumentError(
            "Expected classification signature outputs to contain at least one of "
            f'"{CLASSES}" or "{SCORES}". Signature was: {signature.text}'
        )
    return Form(feed, fetches)


def regression_form(signature: Signature) -> Form:
    """Returns the tensors of a regression: `inputs` and `outputs`.

    Raises:
        InvalidArgumentError: The signature has another form.
    """
    _check_one_input(signature)
    if len(signature.outputs) != 1:
        raise InvalidArgumentError("Expected one output Tensor.")
    feed = _feed(signature, "regression")
    if OUTPUTS not in signature.outputs:
        raise InvalidArgumentError(f"No regression outputs found in SignatureDef: {signature.text}")
    return Form(feed, {OUTPUTS: signature.outputs[OUTPUTS].tensor_name})


def _check_one_input(signature: Signature) -> None:
    if len(signature.inputs) != 1:
        raise InvalidArgumentError("Expected one input Tensor.")


def _feed(signature: Signature, kind: str) -> TensorSpec:
    if INPUTS not in signature.inputs:
        raise InvalidArgumentError(f"No {kind} inputs found in SignatureDef: {signature.text}")
    return signature.inputs[INPUTS]
