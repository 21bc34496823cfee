"""Classify and regress."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import RestCase


def _case(name: str, verb: str, body: Any, **expected: Any) -> RestCase:
    return RestCase(verb, name, f"/v1/models/kit:{verb}", body, **expected)


def _classify(name: str, examples: Any, results: Any, **more: Any) -> RestCase:
    body = {"signature_name": "classify", "examples": examples, **more}
    return _case(name, "classify", body, json={"results": results})


def _regress(name: str, examples: Any, results: Any, **more: Any) -> RestCase:
    body = {"signature_name": "regress", "examples": examples, **more}
    return _case(name, "regress", body, json={"results": results})


def _fails(name: str, body: Any, *words: str) -> RestCase:
    return _case(name, "classify", {"signature_name": "classify", **body}, status=400, error=words)


CASES = (
    _classify("one example", [{"x": 0.25}], [[["no", 0.75], ["yes", 0.25]]]),
    _classify("a list of one value", [{"x": [0.25]}], [[["no", 0.75], ["yes", 0.25]]]),
    _classify("a context", [{}], [[["no", 0.75], ["yes", 0.25]]], context={"x": 0.25}),
    _classify(
        "an example overrides the context",
        [{"x": 0.5}],
        [[["no", 0.5], ["yes", 0.5]]],
        context={"x": 0.25},
    ),
    _regress("two examples", [{"x": 0.5}, {"x": 1.0}], [1.5, 3.0]),
    _fails("an integer for a float feature", {"examples": [{"x": 2}]}, "Data types don't match"),
    _fails("a missing feature", {"examples": [{}]}, "x"),
    _fails("no examples", {"examples": []}, "'examples' value is an empty array"),
    _fails(
        "examples is no list", {"examples": {}}, "Expecting 'examples' value to be an list/array"
    ),
    _fails("the key is missing", {}, "key 'examples' is expected and was not found"),
    _fails(
        "an example is no object",
        {"examples": [1]},
        "Example must be JSON object but got JSON Number",
    ),
    _fails("null", {"examples": [{"x": None}]}, "has element with unexpected JSON type: Null"),
    _fails(
        "mixed kinds", {"examples": [{"x": [1.5, "a"]}]}, "Unexpected element type in feature: x"
    ),
    _case(
        "an unknown signature",
        "classify",
        {"signature_name": "zz", "examples": [{"x": 1.5}]},
        status=400,
        error=("No signature was found with the name: zz",),
    ),
    _case(
        "a predict signature of several inputs",
        "classify",
        {"examples": [{"x": 1.5}]},
        status=400,
        error=("Expected one input Tensor.",),
    ),
    _case(
        "a classify signature",
        "regress",
        {"signature_name": "classify", "examples": [{"x": 1.5}]},
        status=400,
        error=("Expected one output Tensor.",),
    ),
    RestCase(
        "regress",
        "an unknown model",
        "/v1/models/gone:regress",
        {"examples": [{"x": 1.5}]},
        status=404,
        error=("Servable not found for request: Latest(gone)",),
    ),
)
