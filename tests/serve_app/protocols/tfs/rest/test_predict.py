"""Sentence by sentence: what TensorFlow Serving's predict takes and answers over REST."""

from __future__ import annotations

import json
from typing import Any

import pytest


def ask(rest: Any, text: str, model: str = "kinds", signature: str = "") -> Any:
    """Returns the answer to a body given as JSON text, without its outer braces."""
    name = f'"signature_name": "{signature}", ' if signature else ""
    body = "{" + name + text + "}"
    return rest.request(
        "POST", f"/v1/models/{model}:predict", body.encode("utf-8", "surrogatepass")
    )


def tokens(body: bytes) -> Any:
    """Returns a body as JSON, with NaN and Infinity as words."""
    return json.loads(body.decode(errors="surrogateescape"), parse_constant=str)


def plain(document: object) -> str:
    """Returns a text that tells 1 from 1.0, and 0.0 from -0.0, but knows no order of keys."""
    return json.dumps(document, sort_keys=True)


ANSWERED: list[tuple[str, str, object]] = [
    # Numbers: integer tokens stay integers, all else is a double.
    ("float", '"instances": [1, 2.5, -0.0, 1e2]', [1.0, 2.5, -0.0, 100.0]),
    ("float", '"instances": [NaN, Inf, Infinity, -Inf, -Infinity, -NaN]',
     ["NaN", "Infinity", "Infinity", "-Infinity", "-Infinity", "NaN"]),
    ("float", '"instances": [1e39, -1e39, 1e-50, 16777217]',
     ["Infinity", "-Infinity", 0.0, 16777216.0]),
    ("float", '"instances": [0.2, 0.1, 1e6, 1234567, 3e-5, 123456789, 1e-7]',
     [0.2, 0.1, 1e6, 1234567.0, 3e-05, 123456792.0, 1e-07]),
    ("float", '"instances": [0.3333333333333333]', [0.333333343]),
    ("float", '"instances": [18446744073709551615, 123456789012345678901234567890]',
     [18446744100000000000.0, 123456789000000000000000000000.0]),
    ("double", '"instances": [0.1, 0.3333333333333333, 1e6, 9007199254740993, -0.0]',
     [0.1, 0.3333333333333333, 1e6, 9007199254740992.0, -0.0]),
    ("double", '"instances": [1.8e308, 1e-400]', ["Infinity", 0.0]),
    ("int8", '"instances": [127, 128, 300, -1, -129, 2147483647]', [127, -128, 44, -1, 127, -1]),
    ("uint8", '"instances": [255, 256, -1, -2147483648]', [255, 0, 255, 0]),
    ("int16", '"instances": [32767, 32768, -32769]', [32767, -32768, 32767]),
    ("int32", '"instances": [2147483647, -2147483648]', [2**31 - 1, -(2**31)]),
    ("int64", '"instances": [9223372036854775807, -9223372036854775808, -0]',
     [2**63 - 1, -(2**63), 0]),
    ("uint32", '"instances": [0, 4294967295, -0]', [0, 2**32 - 1, 0]),
    ("uint64", '"instances": [18446744073709551615]', [2**64 - 1]),
    ("bool", '"instances": [true, false]', [True, False]),
    # Strings.
    ("string", '"instances": ["a", "h\\u00e9", "\\ud83d\\ude00", "\\u0000\\u001f/"]',
     ["a", "hé", "😀", "\0\x1f/"]),
    ("string", '"instances": [{"b64": "aGk="}, "aGk=", {"b64": "aGk"}, {"b64": "a G\\nk."}]',
     ["hi", "aGk=", "hi", "hi"]),
    ("string", '"instances": [{"b64": ""}]', [""]),
    ("string", '"instances": [["a", {"b64": "Yg=="}]]', [["a", "b"]]),
    ("b64", '"instances": [{"b64": "aGk="}]', ["hi"]),
    ("b64", '"instances": [{"b64": {"b64": "aGk="}}]', ["hi"]),
    # Rows: shapes come from the first elements.
    ("float", '"instances": [[1, 2], [3, 4]]', [[1.0, 2.0], [3.0, 4.0]]),
    ("float", '"instances": [[[1], [2]]]', [[[1.0], [2.0]]]),
    ("float", '"instances": [[]]', [[]]),
    ("float", '"instances": [[], []]', [[], []]),
    ("float", '"instances": [[[], []]]', [[[], []]]),
    ("float", '"instances": [{"x": 1}, {"x": 2}]', [1.0, 2.0]),
    ("float", '"instances": [{"x": [1]}, {"x": [2]}]', [[1.0], [2.0]]),
    ("float", '"instances": [{"x": 1, "x": 9}]', [1.0]),
    ("float", '"instances": [{"x": 1, "x": 9}, {"x": 3, "x": 4}]', [1.0, 9.0]),
    ("float", '"instances": [{"x\\u0000y": 1}]', [1.0]),
    # The first of duplicate keys counts, unknown keys do not.
    ("float", '"instances": [1], "instances": [2]', [1.0]),
    ("float", '"instances": [1], "signature_name": "nope"', [1.0]),
    ("float", '"zzz": [[1], 2, null], "instances": [1], "output_filter": ["nope"]', [1.0]),
    # One row may give three, and types without a JSON form are fine as long as there is no value.
    ("three", '"instances": [1]', [1.0, 1.0, 1.0]),
    ("half", '"instances": [[]]', [[]]),
    ("bfloat16", '"instances": [[]]', [[]]),
    ("complex64", '"instances": [[], []]', [[], []]),
    ("uint16", '"instances": [[]]', [[]]),
    ("strings", '"instances": [{"a": "1", "b": "2"}, {"b": "4", "a": "3"}]',
     [{"y": "1", "z": "2"}, {"y": "3", "z": "4"}]),
    ("names", '"instances": [0]',
     [{"raw_bytes": {"b64": "MC4wMDAwMDA="}, "num_bytes": 0.0, "rawbytes": "0.000000"}]),
]  # fmt: skip

COLUMNS: list[tuple[str, str, object]] = [
    ("float", '"inputs": 3', 3.0),
    ("float", '"inputs": [1, 2]', [1.0, 2.0]),
    ("float", '"inputs": []', []),
    ("float", '"inputs": [[], []]', [[], []]),
    ("float", '"inputs": {"x": [[1]]}', [[1.0]]),
    ("float", '"inputs": {"x": 1, "x": 2}', 1.0),
    ("float", '"inputs": {"zzz": [[1], 2], "x": 1}', 1.0),
    ("float", '"inputs": 1, "inputs": 2', 1.0),
    ("string", '"inputs": {"b64": "aGk="}', "hi"),
    ("string", '"inputs": "a"', "a"),
    ("bool", '"inputs": [[true], [false]]', [[True], [False]]),
    ("sum", '"inputs": [1, 2]', 3.0),
    ("sum", '"inputs": []', 0.0),
    ("pair", '"inputs": {"a": [1, 2], "b": 3}', 3),
    ("pair", '"inputs": {"a": [], "b": [[1, 2], [3, 4]]}', 4),
    ("half", '"inputs": []', []),
    ("strings", '"inputs": {"a": "1", "b": ["2"]}', {"y": "1", "z": ["2"]}),
    ("names", '"inputs": [0]',
     {"raw_bytes": [{"b64": "MC4wMDAwMDA="}], "num_bytes": [0.0], "rawbytes": ["0.000000"]}),
]  # fmt: skip


@pytest.mark.parametrize(("signature", "text", "predictions"), ANSWERED)
def test_rows_are_answered_by_rows(
    odd_rest: Any, signature: str, text: str, predictions: object
) -> None:
    """Values arrive, and come back, with their type and shape."""
    answer = ask(odd_rest, text, signature=signature)
    assert answer.status == 200, answer.body
    assert plain(tokens(answer.body)) == plain({"predictions": predictions})


@pytest.mark.parametrize(("signature", "text", "outputs"), COLUMNS)
def test_columns_are_answered_by_columns(
    odd_rest: Any, signature: str, text: str, outputs: object
) -> None:
    """Whole tensors of any rank."""
    answer = ask(odd_rest, text, signature=signature)
    assert answer.status == 200, answer.body
    assert plain(tokens(answer.body)) == plain({"outputs": outputs})


def test_a_call_that_takes_too_long_is_504(odd_rest: Any) -> None:
    """The timeout is the session's; its words too."""
    answer = ask(odd_rest, '"inputs": 1', signature="slow")
    assert (answer.status, answer.error) == (504, "Timed out waiting for notification")


def test_bytes_that_are_not_utf8_pass_as_they_are(odd_rest: Any) -> None:
    """In strings, keys, answers and error texts; the answer is then no valid JSON either."""
    body = b'{"signature_name": "string", "\xff": 1, "instances": ["\xff\xfe", "a"]}'
    answer = odd_rest.request("POST", "/v1/models/kinds:predict", body)
    assert answer.body == b'{"predictions":["\xff\xfe","a"]}'
    body = b'{"signature_name": "float", "instances": ["\xff"]}'
    answer = odd_rest.request("POST", "/v1/models/kinds:predict", body)
    assert b'JSON Value: \\"\xff\\" Type: String is not of' in answer.body


def test_a_lone_low_surrogate_is_three_bytes(odd_rest: Any) -> None:
    """RapidJSON checks only the high ones."""
    answer = ask(odd_rest, '"instances": ["\\udc00"]', signature="string")
    assert answer.body == b'{"predictions":["\xed\xb0\x80"]}'


def test_depth_does_not_matter_where_nobody_looks(odd_rest: Any) -> None:
    """500 000 levels in a key that is ignored."""
    deep = "[" * 500_000 + "]" * 500_000
    answer = ask(odd_rest, f'"zzz": {deep}, "instances": [1]', signature="float")
    assert answer.json == {"predictions": [1.0]}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_the_content_type_does_not_matter(odd_rest: Any, content_type: str) -> None:
    """Nobody looks at it."""
    body = '{"signature_name": "float", "instances": [1]}'
    headers = {"Content-Type": content_type}
    answer = odd_rest.request("POST", "/v1/models/kinds:predict", body, headers)
    assert answer.json == {"predictions": [1.0]}


@pytest.mark.parametrize(
    ("encoding", "status"), [("x-gzip", 400), ("gzip, br", 400), ("GZIP", 200), ("br", 200)]
)
def test_gzip_is_found_anywhere_in_the_content_encoding(
    odd_rest: Any, encoding: str, status: int
) -> None:
    """By its lower-case letters; other encodings are not understood and the body taken as it is."""
    body = '{"signature_name": "float", "instances": [1]}'
    headers = {"Content-Encoding": encoding}
    assert odd_rest.request("POST", "/v1/models/kinds:predict", body, headers).status == status
