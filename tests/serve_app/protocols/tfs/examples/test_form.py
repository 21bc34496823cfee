"""What a signature must look like, and TensorFlow Serving's words for what it lacks."""

from __future__ import annotations

import pytest

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.signature import Signature, TensorSpec
from serve_app.protocols.tfs.examples.form import classification_outputs, regression_outputs


def signature(inputs: str, outputs: str) -> Signature:
    """Returns a signature with the aliases given, separated by spaces."""
    specs = [
        {alias: TensorSpec(f"{alias}:0", "string", (-1,)) for alias in aliases.split()}
        for aliases in (inputs, outputs)
    ]
    return Signature("s", "", specs[0], specs[1], {}, text="TEXT")


@pytest.mark.parametrize(
    ("outputs", "fetches"),
    [
        ("classes", ["classes"]),
        ("scores", ["scores"]),
        ("classes scores", ["classes", "scores"]),
        ("other scores", ["scores"]),
    ],
)
def test_a_classification_gives_classes_or_scores(outputs: str, fetches: list[str]) -> None:
    """A second output of another name is not fetched."""
    assert list(classification_outputs(signature("inputs", outputs))) == fetches


def test_a_regression_gives_outputs() -> None:
    """And nothing else."""
    assert regression_outputs(signature("inputs", "outputs")) == ("outputs",)


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        ("", "classes", "Expected one input Tensor."),
        ("inputs b", "a b c", "Expected one input Tensor."),
        ("x", "a b c", "Expected one or two output Tensors, found 3"),
        ("inputs", "", "Expected one or two output Tensors, found 0"),
        ("x", "a", "No classification inputs found in SignatureDef: TEXT"),
        (
            "inputs", "a b",
            ('Expected classification signature outputs to contain at least one of "classes" or '
            '"scores". Signature was: TEXT'),
        ),
    ],
)  # fmt: skip
def test_no_classification(inputs: str, outputs: str, words: str) -> None:
    """The first fault in TensorFlow Serving's order."""
    with pytest.raises(InvalidArgumentError) as caught:
        classification_outputs(signature(inputs, outputs))
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        ("", "outputs", "Expected one input Tensor."),
        ("inputs", "a b", "Expected one output Tensor."),
        ("inputs", "", "Expected one output Tensor."),
        ("x", "a", "No regression inputs found in SignatureDef: TEXT"),
        ("inputs", "a", "No regression outputs found in SignatureDef: TEXT"),
    ],
)
def test_no_regression(inputs: str, outputs: str, words: str) -> None:
    """The first fault in TensorFlow Serving's order."""
    with pytest.raises(InvalidArgumentError) as caught:
        regression_outputs(signature(inputs, outputs))
    assert str(caught.value) == words
