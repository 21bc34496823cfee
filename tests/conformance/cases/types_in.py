"""JSON values and the element types that accept them."""

from __future__ import annotations

from tests.conformance.case import RestCase

_OK = (
    ("float32", "1", "1.0"),
    ("float32", "1e40", "Infinity"),
    ("float32", "NaN", "NaN"),
    ("float32", "-Infinity", "-Infinity"),
    ("float32", "Inf", "Infinity"),
    ("float64", "1", "1.0"),
    ("int32", "-5", "-5"),
    ("int64", "9223372036854775807", "9223372036854775807"),
    ("int8", "300", "44"),
    ("uint8", "-1", "255"),
    ("uint32", "4294967295", "4294967295"),
    ("bool", "true", "true"),
    ("bool", "false", "false"),
    ("string", '"x"', '"x"'),
)
_REFUSED = (
    ("float32", '"1.0"', 'Value: "1.0" Type: String is not of expected type: float'),
    ("float32", "true", "Type: True is not of expected type: float"),
    ("float32", "null", "Type: Null is not of expected type: float"),
    ("float32", '{"a": 1}', "does not have named input: a"),
    ("float64", '"x"', "Type: String is not of expected type: double"),
    ("int32", "1.0", "Type: Number is not of expected type: int32"),
    ("int32", "2147483648", "Type: Number is not of expected type: int32"),
    ("int64", "1e2", "Type: Number is not of expected type: int64"),
    ("int64", "9223372036854775808", "Type: Number is not of expected type: int64"),
    ("int64", "false", "Type: False is not of expected type: int64"),
    ("uint32", "-1", "Type: Number is not of expected type: uint32"),
    ("bool", "1", "Type: Number is not of expected type: bool"),
    ("bool", '"true"', "Type: String is not of expected type: bool"),
    ("string", "1", "Type: Number is not of expected type: string"),
    ("string", "null", "Type: Null is not of expected type: string"),
)


def _body(dtype: str, value: str) -> str:
    return f'{{"signature_name": "{dtype}", "instances": [{value}]}}'


def _python(text: str) -> object:
    import json

    return json.loads(text)


CASES = (
    *(
        RestCase(
            "types in",
            f"{dtype} takes {value}",
            "/v1/models/kit:predict",
            _body(dtype, value),
            json={"predictions": [_python(answer)]},
        )
        for dtype, value, answer in _OK
    ),
    *(
        RestCase(
            "types in",
            f"{dtype} refuses {value}",
            "/v1/models/kit:predict",
            _body(dtype, value),
            status=400,
            error=("Failed to process element: 0", words),
        )
        for dtype, value, words in _REFUSED
    ),
    RestCase(
        "types out",
        "half cannot be written",
        "/v1/models/kit:predict",
        {"signature_name": "half", "instances": [1]},
        status=400,
        error=("Failed to write JSON value for tensor type: half",),
    ),
)
