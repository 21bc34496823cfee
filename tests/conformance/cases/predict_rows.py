"""Predict, row format: `instances`."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import RestCase

KIT = "/v1/models/kit:predict"
ROW = {"f": 1.5, "i": 2, "s": "a", "b": True}
ANSWER = {**ROW, "s_bytes": {"b64": "YQ=="}}


def _ok(name: str, body: Any, predictions: Any) -> RestCase:
    return RestCase("predict rows", name, KIT, body, json={"predictions": predictions})


def _fails(name: str, body: Any, *words: str) -> RestCase:
    return RestCase("predict rows", name, KIT, body, status=400, error=words)


def _sum(instances: Any) -> dict[str, Any]:
    return {"signature_name": "sum", "instances": instances}


def _float(instances: Any) -> dict[str, Any]:
    return {"signature_name": "float32", "instances": instances}


CASES = (
    _ok("one named row", {"instances": [ROW]}, [ANSWER]),
    _ok("two named rows", {"instances": [ROW, ROW]}, [ANSWER, ANSWER]),
    _ok(
        "an empty signature_name is the default",
        {"signature_name": "", "instances": [ROW]},
        [ANSWER],
    ),
    _ok("unknown top-level keys are ignored", {"instances": [ROW], "extra": 1}, [ANSWER]),
    _ok("plain rows of one input", _sum([[1, 2], [3, 4]]), [3.0, 7.0]),
    _ok("named rows of one input", _sum([{"x": [1, 2]}]), [3.0]),
    _ok("scalar rows", _float([1, 2.5]), [1.0, 2.5]),
    _ok("an output without a name loses it", _float([{"x": 1}]), [1.0]),
    _ok("empty rows", _sum([[], []]), [0.0, 0.0]),
    _ok(
        "shapes are not compared with the signature",
        _float([[1, 2], [3, 4]]),
        [[1.0, 2.0], [3.0, 4.0]],
    ),
    _fails("no rows", {"instances": []}, "No values in 'instances' array"),
    _fails("not a list", {"instances": ROW}, "Expecting 'instances' to be an list/array"),
    _fails(
        "both formats", {"instances": [1], "inputs": [1]}, "only one of 'inputs' or 'instances'"
    ),
    _fails("neither format", {}, "Missing 'inputs' or 'instances' key"),
    _fails("plain rows of several inputs", {"instances": [1]}, "instances is a plain list"),
    _fails(
        "an unknown key",
        {"instances": [{**ROW, "zz": 1}]},
        "Failed to process element: 0 key: zz",
        "does not have named input: zz",
    ),
    _fails(
        "a missing key",
        {"instances": [{"f": 1.0}]},
        "Failed to process element: 0 of 'instances' list",
        "keys must be equal to: b,f,i,s",
    ),
    _fails(
        "a list after an object",
        {"instances": [ROW, 1]},
        "Expecting object but got list at item 1 of input list",
    ),
    _fails(
        "an object after a value",
        _float([1, {"x": 1}]),
        "Expecting value/list but got object at item 1 of input list",
    ),
    _fails("rows of different size", _sum([[1, 2], [1]]), "Expecting tensor size: 2 but got: 1"),
    _fails(
        "rows of different shape", _float([[1, 2], [[1, 2]]]), "Expecting shape [2] but got: [1,2]"
    ),
    _fails("ragged rows", _sum([[[1, 2], [1]]]), "Encountered list at unexpected size: 1"),
    _fails("a value among lists", _sum([[[1], 2]]), "found at incorrect level"),
    _fails(
        "an unknown signature",
        {"signature_name": "zz", "instances": [1]},
        'Serving signature name: "zz" not found in signature def',
    ),
    _fails(
        "signature_name is no string",
        {"signature_name": 1, "instances": [1]},
        "'signature_name' key must be a string value",
    ),
    _fails(
        "an output without a batch",
        {"signature_name": "scalar", "instances": [1]},
        "has no shape information",
    ),
    _fails(
        "outputs of different batch size",
        {"signature_name": "uneven", "instances": [1]},
        "has inconsistent batch size",
    ),
    _fails(
        "a failure inside the model",
        {"signature_name": "positive", "instances": [-1]},
        "x must be positive",
    ),
    RestCase(
        "predict rows",
        "float64 inputs of a BigQuery ML model",
        "/v1/models/kit_iris:predict",
        {
            "instances": [
                {"petal_length": 1.4, "petal_width": 0.2, "sepal_length": 5.1, "sepal_width": 3}
            ]
        },
        text=b'"setosa"',
    ),
    RestCase(
        "predict rows",
        "a version in the URL",
        "/v1/models/kit/versions/7:predict",
        _float([1]),
        json={"predictions": [1.0]},
    ),
)
