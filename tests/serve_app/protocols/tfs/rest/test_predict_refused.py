"""Sentence by sentence: what TensorFlow Serving's predict refuses over REST, when, and how."""

from __future__ import annotations

from typing import Any

import pytest

FAILED = "Failed to process element: {} of 'instances' list. Error: INVALID_ARGUMENT: "
ROW_0 = FAILED.format("0")
KEY_X = FAILED.format("0 key: x")
TOO_BIG = "Number too big to be stored in double."


def ask(rest: Any, text: str, model: str = "kinds", signature: str = "") -> Any:
    """Returns the answer to a body given as JSON text, without its outer braces."""
    name = f'"signature_name": "{signature}", ' if signature else ""
    body = "{" + name + text + "}"
    return rest.request(
        "POST", f"/v1/models/{model}:predict", body.encode("utf-8", "surrogatepass")
    )


REFUSED: list[tuple[str, str, str]] = [
    # Types are judged leaf by leaf.
    *[
        (kind, f'"instances": [{text}]',
         f"{ROW_0}JSON Value: {quoted} Type: {word} is not of expected type: {kind}")
        for kind, text, quoted, word in [
            ("float", '"1.0"', '"1.0"', "String"),
            ("float", "true", "true", "True"),
            ("float", "null", "null", "Null"),
            ("double", "false", "false", "False"),
            ("int32", "1.0", "1.0", "Number"),
            ("int32", "1e2", "100.0", "Number"),
            ("int32", "2147483648", "2147483648", "Number"),
            ("int8", "2147483648", "2147483648", "Number"),
            ("uint8", "-2147483649", "-2147483649", "Number"),
            ("int16", "true", "true", "True"),
            ("int64", "9223372036854775808", "9223372036854775808", "Number"),
            ("int64", "-9223372036854775809", "-9223372036854776000.0", "Number"),
            ("int64", '"1"', '"1"', "String"),
            ("int64", "Infinity", "", "Number"),
            ("uint32", "-1", "-1", "Number"),
            ("uint32", "4294967296", "4294967296", "Number"),
            ("uint64", "-1", "-1", "Number"),
            ("uint64", "18446744073709551616", "18446744073709552000.0", "Number"),
            ("bool", "0", "0", "Number"),
            ("bool", '"true"', '"true"', "String"),
            ("string", "193", "193", "Number"),
            ("string", "null", "null", "Null"),
            ("float", '{"b64": "AAAA"}', '{\n    "b64": "AAAA"\n}', "Object"),
        ]
    ],
    *[
        (kind, '"instances": [1]', ("Failed to process element: 0 of 'instances' list. Error: "
         f"UNIMPLEMENTED: Conversion of JSON Value: 1 to type: {kind}"))
        for kind in ("half", "bfloat16", "complex64", "complex128", "uint16")
    ],
    # Base64.
    *[
        ("string", f'"instances": [{{"b64": "{text}"}}]', f"{ROW_0}Unable to base64 decode")
        for text in ("_-8=", "aGk==", "a", "aG=k", "\\u00fc")
    ],
    ("string", '"instances": [{"x": {"b64": 1}}]',
     f'{KEY_X}JSON Value: {{\n    "b64": 1\n}} not formatted correctly for base64 data'),
    ("string", '"instances": [{"x": {"b64": "", "a": 1}}]', "not formatted correctly for base64"),
    ("float", '"instances": [{"x": {"a": 1}}]', "Type: Object is not of expected type: float"),
    ("b64", '"instances": [{"b64": "a b !"}]', f"{ROW_0}Unable to base64 decode"),
    # Rows.
    ("float", '"inputs": 1, "instances": [1]',
     "} Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist "),
    ("float", '"instances": 1', ('JSON Value: {\n    "signature_name": "float",\n    "instances": 1'
     "\n} Expecting 'instances' to be an list/array")),
    ("float", '"instances": {}', "Expecting 'instances' to be an list/array"),
    ("float", '"instances": null', "Expecting 'instances' to be an list/array"),
    ("float", '"instances": []', "} No values in 'instances' array"),
    ("float", '"zzz": 1', "Missing 'inputs' or 'instances' key"),
    ("float", '"Instances": [1]', "Missing 'inputs' or 'instances' key"),
    ("pair", '"instances": [1]', ("instances is a plain list, but expecting list of objects as "
     "multiple input tensors required as per tensorinfo_map")),
    ("pair", '"instances": [[1, 2]]', "instances is a plain list, but expecting list of objects"),
    ("pair", '"instances": [{"b64": "aGk="}]', "Type: Object is not of expected type: float"),
    ("strings", '"instances": [{"b64": "aGk="}]', ("input size does not match signature: 1!=2 "
     "len({a}) != len({a,b}). Sent extra: {}. Missing but required: {b}.")),
    ("float", '"instances": [{"x": 1}, 2]', "Expecting object but got list at item 1 of "),
    ("float", '"instances": [{"x": 1}, {"b64": "aGk="}]', "Expecting object but got list at "),
    ("float", '"instances": [1, {"x": 2}]',
     "Expecting value/list but got object at item 1 of input list"),
    ("float", '"instances": [1, {}]', "Expecting value/list but got object at item 1 of input"),
    ("float", '"instances": [{"y": 1}]', ("Failed to process element: 0 key: y of 'instances' "
     "list. Error: INVALID_ARGUMENT: JSON object: does not have named input: y")),
    ("float", '"instances": [{"x": 1}, {}]', ("Failed to process element: 1 of 'instances' list. "
     "JSON object: {} keys must be equal to: x")),
    ("pair", '"instances": [{"b": 1}]', ("Failed to process element: 0 of 'instances' list. "
     'JSON object: {\n    "b": 1\n} keys must be equal to: a,b')),
    ("float", '"instances": [[1], [1, 2]]',
     FAILED.format("1") + "Expecting tensor size: 1 but got: 2"),
    ("float", '"instances": [[1, 2], [[1, 2]]]',
     FAILED.format("1") + "Expecting shape [2] but got: [1,2]"),
    ("float", '"instances": [1, [1]]', FAILED.format("1") + "Expecting shape [] but got: [1]"),
    ("float", '"instances": [{"x": 1, "x": [9]}]', f"{KEY_X}Expecting shape [] but got: [1]"),
    # Nesting.
    ("float", '"instances": [[[1], 2]]',
     f"{ROW_0}JSON Value: 2 found at incorrect level: 2 in the JSON DOM. Expected at level: 2"),
    ("float", '"instances": [[1, [2]]]',
     f"{ROW_0}Encountered list at unexpected level: 1 expected < 1"),
    ("float", '"instances": [[[1], [1, 2]]]',
     f"{ROW_0}Encountered list at unexpected size: 2 at level: 1 expected size: 1"),
    ("float", '"instances": [[[], [1]]]',
     f"{ROW_0}Encountered list at unexpected size: 1 at level: 1 expected size: 0"),
    ("float", '"instances": [' + "[" * 100 + "1" + "]" * 100 + "]", "tensor parsing error: x"),
    ("float", '"instances": ' + "[" * 5000 + "1" + "]" * 5000, "tensor parsing error: x"),
    # Columns: not wrapped.
    ("float", '"inputs": "a"',
     'JSON Value: "a" Type: String is not of expected type: float'),
    ("float", '"inputs": {"y": 1}', "Missing named input: x in 'inputs' object."),
    ("float", '"inputs": {}', "Missing named input: x in 'inputs' object."),
    ("pair", '"inputs": {"a": 1}', "Missing named input: b in 'inputs' object."),
    ("pair", '"inputs": [1, 2]', ("inputs is a plain value/list, but expecting an object as "
     "multiple input tensors required as per tensorinfo_map")),
    ("strings", '"inputs": {"b64": "aGk="}', "inputs is a plain value/list, but expecting an "),
    ("float", '"inputs": [[], [1]]',
     "Encountered list at unexpected size: 1 at level: 1 expected size: 0"),
    # Answers.
    ("sum", '"instances": [1]', "Tensor name: y has no shape information "),
    ("pair", '"instances": [{"a": 1, "b": 1}]', "Tensor name: y has no shape information "),
    *[
        (signature, '"instances": [1]', f"Failed to write JSON value for tensor type: {name}")
        for signature, name in [
            ("to_half", "half"), ("to_uint16", "uint16"), ("to_bfloat16", "bfloat16"),
            ("to_complex", "complex64"), ("to_qint8", "qint8"),
        ]
    ],
    # Signatures.
    ("nope", '"instances": [1]', 'Serving signature name: "nope" not found in signature def'),
    ("__saved_model_init_op", '"instances": [1]',
     "Failed to get input map for signature: __saved_model_init_op"),
    ("", '"instances": [1]', 'Serving signature name: "serving_default" not found in signature'),
]  # fmt: skip

BODIES: list[tuple[str, int, str]] = [
    ("", 400, "JSON Parse error: The document is empty"),
    (" \n", 400, "JSON Parse error: The document is empty. at offset: 2"),
    ("\ufeff", 400, "JSON Parse error: The document is empty. at offset: 3"),
    ("\0{}", 400, "JSON Parse error: The document is empty. at offset: 0"),
    ("]", 400, "JSON Parse error: The document is empty. at offset: 0"),
    ("{", 400, "JSON Parse error: Missing a name for object member. at offset: 1"),
    ("\ufeff{", 400, "JSON Parse error: Missing a name for object member. at offset: 4"),
    ('{"a"', 400, "JSON Parse error: Missing a colon after a name of object member. at offset: 4"),
    ('{"a":', 400, "JSON Parse error: Invalid value. at offset: 5"),
    ('{"a":1', 400,
     "JSON Parse error: Missing a comma or '}' after an object member. at offset: 6"),
    ('{"a":1,}', 400, "JSON Parse error: Missing a name for object member. at offset: 7"),
    ("{'a':1}", 400, "JSON Parse error: Missing a name for object member. at offset: 1"),
    ('{"a":[1 2]}', 400,
     "JSON Parse error: Missing a comma or ']' after an array element. at offset: 8"),
    ('{"a":[1,]}', 400, "JSON Parse error: Invalid value. at offset: 8"),
    ('{"a":tru}', 400, "JSON Parse error: Invalid value. at offset: 8"),
    ('{"a":TRUE}', 400, "JSON Parse error: Invalid value. at offset: 5"),
    ('{"a":nan}', 400, "JSON Parse error: Invalid value. at offset: 6"),
    ('{"a":+1}', 400, "JSON Parse error: Invalid value. at offset: 5"),
    ('{"a":.5}', 400, "JSON Parse error: Invalid value. at offset: 5"),
    ('{"a":1.}', 400, "JSON Parse error: Miss fraction part in number. at offset: 7"),
    ('{"a":1e}', 400, "JSON Parse error: Miss exponent in number. at offset: 7"),
    ('{"a":01}', 400,
     "JSON Parse error: Missing a comma or '}' after an object member. at offset: 6"),
    ('{"a":1e400}', 400, f"JSON Parse error: {TOO_BIG} at offset: 5"),
    ('{"a":"x', 400, "JSON Parse error: Missing a closing quotation mark in string. at offset: 7"),
    ('{"a":"\n"}', 400, "JSON Parse error: Invalid escape character in string. at offset: 6"),
    ('{"a":"\\x"}', 400, "JSON Parse error: Invalid escape character in string. at offset: 6"),
    ('{"a":"\\u12g4"}', 400,
     "JSON Parse error: Incorrect hex digit after \\u escape in string. at offset: 6"),
    ('{"a":"\\ud800"}', 400, "JSON Parse error: The surrogate pair in string is invalid. at "),
    ('{"a":1 /* c */}', 400, "JSON Parse error: Missing a comma or '}' after an object member."),
    ("[1, 2]", 400, "JSON Value: [1, 2] Is not object"),
    ("null", 400, "JSON Value: null Is not object"),
    ('"a"', 400, 'JSON Value: "a" Is not object'),
    ("NaN", 400, "JSON Value:  Is not object"),
    ('{"signature_name": null}', 400, "'signature_name' key must be a string value."),
    ('{"signature_name": ["a"], "instances": 1}', 400, "'signature_name' key must be a string"),
    ('{"signature_name": "nope", "instances": 1}', 404, "Servable not found for request: Latest("),
    ('{"instances": 1, "inputs": 2} trailing', 404, "Servable not found for request: Latest("),
    ("{}", 404, "Servable not found for request: Latest("),
]  # fmt: skip


@pytest.mark.parametrize(("signature", "text", "words"), REFUSED)
def test_a_wrong_request_is_400_and_says_why(
    odd_rest: Any, signature: str, text: str, words: str
) -> None:
    """One key, TensorFlow Serving's words."""
    answer = ask(odd_rest, text, signature=signature)
    assert (answer.status, words in answer.error) == (400, True), answer.body


@pytest.mark.parametrize("kind", ["half", "bfloat16", "complex128", "uint16"])
def test_a_type_without_json_form_is_501_in_columns(odd_rest: Any, kind: str) -> None:
    """Where nothing wraps the error."""
    answer = ask(odd_rest, '"inputs": [1]', signature=kind)
    assert (answer.status, answer.error) == (501, f"Conversion of JSON Value: 1 to type: {kind}")


@pytest.mark.parametrize(("body", "status", "words"), BODIES)
def test_the_body_is_checked_before_the_model(
    odd_rest: Any, body: str, status: int, words: str
) -> None:
    """JSON, object, signature_name; then the model; its instances last."""
    answer = odd_rest.request("POST", "/v1/models/no_such_model:predict", body.encode())
    assert (answer.status, words in answer.error) == (status, True), answer.body
