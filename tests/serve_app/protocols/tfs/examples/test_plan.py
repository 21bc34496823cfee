"""Plans of classify, regress and multi-inference requests."""

from __future__ import annotations

import numpy as np
import pytest

from serve_app.errors import InvalidArgumentError, ServeAppError, UnimplementedError
from serve_app.kinds.signature import Signature, TensorSpec
from serve_app.protocols.tfs.examples.plan import CLASSIFY, REGRESS, Task, multi_plan, single_plan
from serve_app.protocols.tfs.examples.result import Classifications, Regressions


def signature(feed: str, dtype: str = "string", **outputs: str) -> Signature:
    """Returns a tf.Example signature by tensor names."""
    fetched = {alias: TensorSpec(name, "float", (-1,)) for alias, name in outputs.items()}
    return Signature("s", "", {"inputs": TensorSpec(feed, dtype, (-1,))}, fetched, {})


SIGNATURES = {
    "serving_default": signature("in:0", outputs="value:0"),
    "classes": signature("in:0", scores="scores:0"),
    "other": signature("in2:0", outputs="value:0"),
    "floats": signature("in3:0", "float", outputs="value:0"),
}


def test_the_default_signature_needs_no_name() -> None:
    """As everywhere."""
    plan = single_plan(SIGNATURES, REGRESS, "")
    assert plan.outputs == ("outputs",)
    assert list(plan.inputs(np.array([b""], object))) == ["inputs"]


def test_an_unknown_signature_is_named() -> None:
    """In words of its own, other than Predict's."""
    with pytest.raises(InvalidArgumentError, match=r"^No signature was found with the name: x$"):
        single_plan(SIGNATURES, CLASSIFY, "x")


def test_an_input_that_takes_no_strings_is_named() -> None:
    """In the words of a session."""
    plan = single_plan(SIGNATURES, REGRESS, "floats")
    with pytest.raises(InvalidArgumentError) as caught:
        plan.inputs(np.array([b""], object))
    assert str(caught.value) == "Expects arg[0] to be float but string is provided"


def test_several_tasks_share_one_call() -> None:
    """Results come in the order of the tasks."""
    tasks = [Task("m", "classes", CLASSIFY), Task("m", "", REGRESS), Task("m", "other", REGRESS)]
    plan = multi_plan(SIGNATURES, tasks)
    assert list(plan.inputs(np.array([b""], object))) == ["0/inputs", "1/inputs", "2/inputs"]
    assert plan.outputs == ("0/scores", "1/outputs", "2/outputs")
    value = np.array([2], np.float32)
    tensors = {"0/scores": np.array([[1]], np.float32), "1/outputs": value, "2/outputs": value}
    kinds = [type(result) for result in plan.results(tensors, 1)]
    assert kinds == [Classifications, Regressions, Regressions]


@pytest.mark.parametrize(
    ("tasks", "kind", "words"),
    [
        ([Task("", "", REGRESS)], InvalidArgumentError,
         "Found ModelSpec with an empty model name."),
        ([Task("m", "", REGRESS), Task("n", "classes", CLASSIFY)], InvalidArgumentError,
         "All ModelSpecs in a MultiInferenceRequest must access the same model name."),
        ([Task("m", "", REGRESS), Task("m", "serving_default", REGRESS)], InvalidArgumentError,
         "Duplicate evaluation of signature: serving_default"),
        ([Task("m", "x", "nonsense")], InvalidArgumentError,
         "Requested signature not found in model graph: x"),
        ([Task("m", "", "tensorflow/serving/predict")], UnimplementedError,
         "Unsupported signature method_name: tensorflow/serving/predict"),
        ([Task("m", "classes", REGRESS)], InvalidArgumentError,
         "No regression outputs found in SignatureDef: "),
    ],
)  # fmt: skip
def test_refuses_in_tensorflow_servings_words(
    tasks: list[Task], kind: type[ServeAppError], words: str
) -> None:
    """The first fault of the first task that has one."""
    with pytest.raises(kind) as caught:
        multi_plan(SIGNATURES, tasks)
    assert str(caught.value) == words
