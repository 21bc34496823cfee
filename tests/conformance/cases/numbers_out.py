"""How numbers are printed."""

from __future__ import annotations

from tests.conformance.case import RestCase

_FLOAT32 = (
    ("0.2", b"0.2"),
    ("1", b"1.0"),
    ("0.333333333", b"0.333333343"),
    ("1e5", b"100000.0"),
    ("1234567", b"1234567.0"),
    ("-0.0", b"-0.0"),
    ("NaN", b"NaN"),
    ("-Inf", b"-Infinity"),
)


def _case(dtype: str, value: str, text: bytes) -> RestCase:
    body = f'{{"signature_name": "{dtype}", "instances": [{value}]}}'
    name = f"{dtype} {value} is {text.decode()}"
    return RestCase("numbers out", name, "/v1/models/kit:predict", body, text=b"[%s]" % text)


def _double(value: str) -> RestCase:
    body = f'{{"signature_name": "float64", "instances": [{value}]}}'
    name = f"float64 {value} comes back"
    answer = {"predictions": [float(value)]}
    return RestCase("numbers out", name, "/v1/models/kit:predict", body, json=answer)


CASES = (
    *(_case("float32", value, text) for value, text in _FLOAT32),
    *(_double(value) for value in ("0.1", "0.33333333333333331", "9007199254740992", "1e300")),
    _case("int64", "9007199254740993", b"9007199254740993"),
)
