"""Classify, Regress and MultiInference: messages of tf.Examples in, messages of results out."""

from __future__ import annotations

from typing import Any

import pytest

CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"


def example(*values: float) -> Any:
    """Returns a tf.Example with the float feature `x`."""
    return {"features": {"feature": {"x": {"float_list": {"value": list(values)}}}}}


def examples(*values: float) -> Any:
    """Returns an Input of one example per value."""
    return {"example_list": {"examples": [example(value) for value in values]}}


def spec(signature: str) -> Any:
    """Returns the ModelSpec of one signature of the test model."""
    return {"name": "kinds", "signature_name": signature}


def rows(result: Any) -> list[list[tuple[str, float]]]:
    """Returns a ClassificationResult as plain values."""
    return [[(c.label, c.score) for c in row.classes] for row in result.classifications]


def task(signature: str, method: str) -> Any:
    """Returns an InferenceTask."""
    return {"model_spec": spec(signature), "method_name": method}


def test_classify_gives_labels_with_scores(stub: Any) -> None:
    """One list per example, in the model's order."""
    answer = stub("Classify", model_spec=spec("classify"), input=examples(0.25, 1.0))
    assert rows(answer.result) == [[("no", 0.75), ("yes", 0.25)], [("no", 0.0), ("yes", 1.0)]]
    assert (answer.model_spec.version.value, answer.model_spec.signature_name) == (3, "classify")


def test_classify_without_labels_gives_empty_ones(stub: Any) -> None:
    """As by REST."""
    answer = stub("Classify", model_spec=spec("scores_only"), input=examples(0.25))
    assert rows(answer.result) == [[("", 0.75), ("", 0.25)]]


def test_regress_gives_one_value_per_example(stub: Any) -> None:
    """In the order of the examples."""
    answer = stub("Regress", model_spec=spec("regress"), input=examples(1.0, 2.0))
    assert [regression.value for regression in answer.result.regressions] == [3.0, 6.0]


def test_a_context_is_shared_and_overridden(stub: Any) -> None:
    """An example's own feature wins over the context's."""
    shared = {"context": example(5.0), "examples": [{}, example(1.0)]}
    answer = stub(
        "Regress", model_spec=spec("regress"), input={"example_list_with_context": shared}
    )
    assert [regression.value for regression in answer.result.regressions] == [15.0, 3.0]


def test_multi_inference_answers_each_task(stub: Any) -> None:
    """In order, each with its own model_spec."""
    tasks = [task("regress", REGRESS), task("classify", CLASSIFY)]
    first, second = stub("MultiInference", tasks=tasks, input=examples(1.0)).results
    assert first.regression_result.regressions[0].value == 3.0
    assert rows(second.classification_result) == [[("no", 0.0), ("yes", 1.0)]]
    assert [r.model_spec.signature_name for r in (first, second)] == ["regress", "classify"]
    assert second.model_spec.version.value == 3


@pytest.mark.parametrize(
    ("tasks", "code", "text"),
    [
        ([], "INVALID_ARGUMENT", "ModelSpec has no name specified."),
        (
            [task("regress", REGRESS)] * 2,
            "INVALID_ARGUMENT",
            "Duplicate evaluation of signature: regress",
        ),
        (
            [task("nope", REGRESS)],
            "INVALID_ARGUMENT",
            "Requested signature not found in model graph: nope",
        ),
        (
            [task("regress", "tensorflow/serving/predict")],
            "UNIMPLEMENTED",
            "Unsupported signature method_name: tensorflow/serving/predict",
        ),
        (
            [
                task("regress", REGRESS),
                {"model_spec": {"name": "other"}, "method_name": REGRESS},
            ],
            "INVALID_ARGUMENT",
            "All ModelSpecs in a MultiInferenceRequest must access the same model name.",
        ),
    ],
)
def test_tasks_that_do_not_go_together_are_refused(
    stub: Any, tasks: list[Any], code: str, text: str
) -> None:
    """Code and text are TensorFlow Serving's."""
    assert stub.fails("MultiInference", tasks=tasks, input=examples(1.0)) == (code, text)


@pytest.mark.parametrize("method", ["Classify", "Regress"])
@pytest.mark.parametrize(
    ("model_spec", "given", "text"),
    [
        (None, examples(1.0), "Missing ModelSpec"),
        ({"name": "iris"}, examples(1.0), "Expected one input Tensor."),
        (spec("nope"), examples(1.0), "No signature was found with the name: nope"),
    ],
)
def test_a_wrong_request_is_refused(
    stub: Any, method: str, model_spec: Any, given: Any, text: str
) -> None:
    """The words are the core's, the code INVALID_ARGUMENT."""
    code, details = stub.fails(method, model_spec=model_spec, input=given)
    assert (code, text in details) == ("INVALID_ARGUMENT", True)


@pytest.mark.parametrize("given", [None, examples(), {"example_list_with_context": {}}])
def test_no_example_is_refused(stub: Any, given: Any) -> None:
    """An absent input and an empty one are the same."""
    fields = {"model_spec": spec("regress"), "input": given}
    assert stub.fails("Regress", **fields) == ("INVALID_ARGUMENT", "Input is empty.")


def test_a_feature_of_the_wrong_kind_keeps_the_models_words(stub: Any) -> None:
    """The parser's error comes through with its code."""
    wrong = {"features": {"feature": {"x": {"int64_list": {"value": [1]}}}}}
    given = {"example_list": {"examples": [wrong]}}
    code, details = stub.fails("Regress", model_spec=spec("regress"), input=given)
    assert (code, "Data types don't match" in details) == ("INVALID_ARGUMENT", True)
