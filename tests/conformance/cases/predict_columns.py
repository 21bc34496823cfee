"""Predict, column format: `inputs`."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import RestCase

KIT = "/v1/models/kit:predict"
COLUMNS = {"f": [1.5], "i": [2], "s": ["a"], "b": [True]}


def _ok(name: str, signature: str, inputs: Any, outputs: Any) -> RestCase:
    body = {"signature_name": signature, "inputs": inputs}
    return RestCase("predict columns", name, KIT, body, json={"outputs": outputs})


def _fails(name: str, signature: str, inputs: Any, *words: str) -> RestCase:
    body = {"signature_name": signature, "inputs": inputs}
    return RestCase("predict columns", name, KIT, body, status=400, error=words)


CASES = (
    _ok("several inputs", "", COLUMNS, {**COLUMNS, "s_bytes": [{"b64": "YQ=="}]}),
    _ok(
        "extra keys are ignored",
        "",
        {**COLUMNS, "zz": 1},
        {**COLUMNS, "s_bytes": [{"b64": "YQ=="}]},
    ),
    _ok("one input, plain", "float32", [1, 2], [1.0, 2.0]),
    _ok("one input, named", "float32", {"x": [1, 2]}, [1.0, 2.0]),
    _ok("a scalar", "float32", 3.0, 3.0),
    _ok("an empty tensor", "float32", [], []),
    _ok("nested", "sum", [[1, 2], [3, 4]], [3.0, 7.0]),
    _ok("an output without a batch", "scalar", [1, 2], {"n": 3.0, "x": [1.0, 2.0]}),
    _ok("outputs of different size", "uneven", [1], {"a": [1.0], "b": [1.0, 1.0]}),
    _ok("binary data", "string", {"b64": "aGk="}, "hi"),
    _fails("a missing input", "", {"f": [1.5], "i": [2], "s": ["a"]}, "Missing named input: b"),
    _fails("plain value for several inputs", "", [1], "inputs is a plain value/list"),
    _fails("ragged", "sum", [[1, 2], [3]], "Encountered list at unexpected size: 1"),
    _fails("null", "float32", None, "Type: Null is not of expected type: float"),
)
