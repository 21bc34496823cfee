"""POST ...:classify and ...:regress on a real model, as a client sees them."""

from __future__ import annotations

import json
from typing import Any

import pytest

ROW = {"x": 1.5, "n": 3, "s": "a"}
SIGNATURE_WORDS = "in SignatureDef: inputs {\n  key: "


def ask(rest: Any, verb: str, signature: str, *examples: object, **more: object) -> Any:
    """Returns the answer to a request with `examples`."""
    document = {"signature_name": signature, "examples": list(examples), **more}
    return rest.request("POST", f"/v1/models/examples:{verb}", json.dumps(document))


@pytest.mark.parametrize(
    ("verb", "signature", "results"),
    [
        ("regress", "", [3.0, 0.4]),
        ("regress", "serving_default", [3.0, 0.4]),
        ("regress", "regress_column", [1.5, 0.2]),
        ("classify", "classify", [[["a", 1.5], ["3", -0.5]], [["", 0.2], ["0", 0.8]]]),
        ("classify", "classes", [[["a", 0.0], ["3", 0.0]], [["", 0.0], ["0", 0.0]]]),
        ("classify", "scores", [[["", 1.5], ["", -0.5]], [["", 0.2], ["", 0.8]]]),
    ],
)
def test_answers_have_results(
    odd_rest: Any, verb: str, signature: str, results: list[object]
) -> None:
    """One per example; floats are short, labels and scores that the model lacks are empty."""
    answer = ask(odd_rest, verb, signature, ROW, {"x": 0.2})
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == {"results": results}


@pytest.mark.parametrize(
    ("example", "result"),
    [
        ({}, 0.0),
        ({"x": []}, 0.0),
        ({"x": [2.5]}, 5.0),
        ({"x": 1e6}, 2e6),
        ({"unknown": "ignored", "x": 1.0}, 2.0),
    ],
)
def test_features_may_be_missing_listed_or_unknown(
    odd_rest: Any, example: object, result: float
) -> None:
    """The model's defaults count."""
    assert ask(odd_rest, "regress", "", example).json == {"results": [result]}


def test_nan_and_infinity_pass_both_ways(odd_rest: Any) -> None:
    """As tokens."""
    body = '{"examples": [{"x": NaN}, {"x": [-Infinity]}, {"x": Inf}]}'
    answer = odd_rest.request("POST", "/v1/models/examples:regress", body)
    assert answer.body == b'{"results":[NaN,-Infinity,Infinity]}'


def test_binary_strings_pass_both_ways(odd_rest: Any) -> None:
    """In as base64, out as raw bytes."""
    answer = ask(odd_rest, "classify", "classes", {"s": {"b64": "AP8="}})
    assert answer.body == b'{"results":[[["\\u0000\xff",0.0],["0",0.0]]]}'


def test_the_context_fills_what_an_example_lacks(odd_rest: Any) -> None:
    """The example's own feature wins."""
    answer = ask(odd_rest, "regress", "", {}, {"x": 3.0}, context={"x": 1.0})
    assert answer.json == {"results": [2.0, 6.0]}


@pytest.mark.parametrize(
    ("verb", "signature", "words"),
    [
        ("regress", "nope", "No signature was found with the name: nope"),
        ("regress", "named", f"No regression inputs found {SIGNATURE_WORDS}"),
        ("regress", "regress_other", f"No regression outputs found {SIGNATURE_WORDS}"),
        ("regress", "classify", "Expected one output Tensor."),
        ("regress", "regress_matrix", "[batch_size] or [batch_size, 1] but got [1,2]"),
        ("regress", "regress_scalar", "[batch_size] or [batch_size, 1] but got []"),
        ("regress", "regress_twice", "Input batch size did not match output batch size: 1 vs. 2"),
        ("regress", "regress_double", "Expected output Tensor of DT_FLOAT.  Got: DT_DOUBLE"),
        ("regress", "not_string", "Expects arg[0] to be float but string is provided"),
        ("regress", "__saved_model_init_op", "Expected one input Tensor."),
        ("classify", "nope", "No signature was found with the name: nope"),
        ("classify", "named", f"No classification inputs found {SIGNATURE_WORDS}"),
        ("classify", "three", "Expected one or two output Tensors, found 3"),
        ("classify", "neither", 'outputs to contain at least one of "classes" or "scores". '),
        ("classify", "", 'Signature was: inputs {\n  key: "inputs"'),
        ("classify", "scores_flat", "Expected Tensor shape: [batch_size num_classes] but got [1]"),
        ("classify", "scores_double", "Expected scores Tensor of DT_FLOAT. Got: DT_DOUBLE"),
        ("classify", "scores_twice", "Expected scores output batch size of 1. Got: 2"),
        ("classify", "classes_float", "Expected classes Tensor of DT_STRING. Got: DT_FLOAT"),
        ("classify", "uneven", "should match in dim_size(1). Got 2 vs. 1"),
    ],
)
def test_a_signature_of_another_form_is_refused(
    odd_rest: Any, verb: str, signature: str, words: str
) -> None:
    """By its inputs and outputs, then by what it gave; its method_name does not matter."""
    answer = ask(odd_rest, verb, signature, ROW)
    assert (answer.status, words in answer.error) == (400, True), answer.error


@pytest.mark.parametrize(
    ("example", "words"),
    [
        ({"x": 2}, "Key: x, Index: 0.  Data types don't match. Data type: int64 but expected type"),
        ({"x": "2"}, "Data type: string but expected type: float"),
        ({"x": True}, "Data type: int64 but expected type: float"),
        ({"x": [1.0, 2.0]}, "Key: x, Index: 0.  Number of float values != expected."),
        ({}, "Feature: x (data type: float) is required but could not be found."),
    ],
)
def test_what_the_model_cannot_parse_is_named(odd_rest: Any, example: object, words: str) -> None:
    """In TensorFlow's words."""
    answer = ask(odd_rest, "regress", "regress_strict", example)
    assert (answer.status, words in answer.error) == (400, True), answer.error


@pytest.mark.parametrize("verb", ["classify", "regress"])
@pytest.mark.parametrize(
    ("target", "body", "status", "words"),
    [
        ("nope", "{", 400, "JSON Parse error: Missing a name for object member. at offset: 1"),
        ("nope", "[]", 400, "JSON Value: [] Is not object"),
        ("nope", "{}", 400, "When method is classify, key 'examples' is expected"),
        ("nope", '{"examples": [{"x": null}]}', 400, "unexpected JSON type: Null"),
        ("nope", '{"examples": [{}]}', 404, "Servable not found for request: Latest(nope)"),
        ("examples/versions/9", '{"examples": [{}]}', 404, "Specific(examples, 9)"),
        ("examples/labels/x", '{"examples": [{}]}', 400, "Unrecognized servable version label: x"),
        ("iris", '{"examples": [{}]}', 400, "Expected one input Tensor."),
        ("iris", '{"examples": [{}], "signature_name": "x"}', 400, "with the name: x"),
    ],
)
def test_the_whole_body_is_checked_before_the_model(
    odd_rest: Any, verb: str, target: str, body: str, status: int, words: str
) -> None:
    """Unlike in predict; BigQuery ML's exports have several inputs and no tf.Example."""
    answer = odd_rest.request("POST", f"/v1/models/{target}:{verb}", body)
    assert (answer.status, words in answer.error) == (status, True), answer.error
