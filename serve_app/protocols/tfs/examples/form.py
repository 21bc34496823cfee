"""What a signature must look like to classify or to regress tf.Examples.

As TensorFlow Serving does by default, a signature is judged by its inputs and outputs; its
method_name is not looked at.
"""

from __future__ import annotations

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.signature import Signature

INPUTS = "inputs"
CLASSES = "classes"
SCORES = "scores"
OUTPUTS = "outputs"


def classification_outputs(signature: Signature) -> tuple[str, ...]:
    """Returns which of `classes` and `scores` a classification gives, from its input `inputs`.

    Raises:
        InvalidArgumentError: The signature has another form.
    """
    _check_one_input(signature)
    if len(signature.outputs) not in (1, 2):
        raise InvalidArgumentError(
            f"Expected one or two output Tensors, found {len(signature.outputs)}"
        )
    _check_input(signature, "classification")
    outputs = tuple(alias for alias in (CLASSES, SCORES) if alias in signature.outputs)
    if not outputs:
        raise InvalidArgumentError(
            "Expected classification signature outputs to contain at least one of "
            f'"{CLASSES}" or "{SCORES}". Signature was: {signature.text}'
        )
    return outputs


def regression_outputs(signature: Signature) -> tuple[str, ...]:
    """Returns the output of a regression, `outputs`, which it gives from its input `inputs`.

    Raises:
        InvalidArgumentError: The signature has another form.
    """
    _check_one_input(signature)
    if len(signature.outputs) != 1:
        raise InvalidArgumentError("Expected one output Tensor.")
    _check_input(signature, "regression")
    if OUTPUTS not in signature.outputs:
        raise InvalidArgumentError(f"No regression outputs found in SignatureDef: {signature.text}")
    return (OUTPUTS,)


def _check_one_input(signature: Signature) -> None:
    if len(signature.inputs) != 1:
        raise InvalidArgumentError("Expected one input Tensor.")


def _check_input(signature: Signature, kind: str) -> None:
    if INPUTS not in signature.inputs:
        raise InvalidArgumentError(f"No {kind} inputs found in SignatureDef: {signature.text}")
