"""The JSON dialect, and the order of checks."""

from __future__ import annotations

from tests.conformance.case import RestCase

KIT = "/v1/models/kit:predict"
GONE = "/v1/models/gone:predict"


def _parses(name: str, body: bytes) -> RestCase:
    return RestCase("json in", name, KIT, body, json={"predictions": [1.0]})


def _fails(name: str, body: bytes, *words: str) -> RestCase:
    return RestCase("json in", name, KIT, body, status=400, error=words)


def _order(name: str, path: str, body: bytes, status: int, words: str) -> RestCase:
    return RestCase("order of checks", name, path, body, status=status, error=(words,))


_FLOAT = b'"signature_name":"float32"'

CASES = (
    _parses("what follows the document is ignored", b'{%s,"instances":[1]} garbage' % _FLOAT),
    _parses("a byte order mark is skipped", b'\xef\xbb\xbf{%s,"instances":[1]}' % _FLOAT),
    _parses("the first of duplicate keys wins", b'{%s,"instances":[1],"instances":[2]}' % _FLOAT),
    _parses("white space", b' \n\t{ %s , "instances" : [ 1 ] }' % _FLOAT),
    _fails("an empty body", b"", "JSON Parse error: The document is empty"),
    _fails("a blank body", b"  ", "The document is empty"),
    _fails("not an object", b"[1, 2]", "JSON Value: [1, 2] Is not object"),
    _fails("an invalid value", b'{"instances": [foo]}', "Invalid value. at offset:"),
    _fails("a trailing comma", b'{"instances": [1,]}', "Invalid value"),
    _fails("single quotes", b"{'instances': [1]}", "Missing a name for object member."),
    _fails("no closing bracket", b'{"instances": [1', "Missing a comma or ']' after an array"),
    _fails("no colon", b'{"instances" [1]}', "Missing a colon after a name of object member."),
    _fails("no closing quotation mark", b'{"instances": ["a', "Missing a closing quotation mark"),
    _fails("a number too big", b'{%s,"instances":[1e400]}' % _FLOAT, "Number too big"),
    _fails("a fraction without digits", b'{%s,"instances":[1.]}' % _FLOAT, "Miss fraction part"),
    _fails("a bad escape", b'{"instances": ["\\x"]}', "Invalid escape character in string."),
    _order("bad JSON comes before an unknown model", GONE, b"{", 400, "JSON Parse error"),
    _order(
        "an unknown model comes before bad inputs",
        GONE,
        b"{}",
        404,
        "Servable not found for request: Latest(gone)",
    ),
    _order(
        "signature_name's type comes before an unknown model",
        GONE,
        b'{"signature_name": 1}',
        400,
        "'signature_name' key must be a string value",
    ),
    _order(
        "the signature comes before the inputs",
        KIT,
        b'{"signature_name": "zz"}',
        400,
        "not found in signature def",
    ),
    _order(
        "an unknown version",
        "/v1/models/kit/versions/99:predict",
        b"{}",
        404,
        "Servable not found for request: Specific(kit, 99)",
    ),
    _order(
        "an unknown label",
        "/v1/models/kit/labels/zz:predict",
        b"{}",
        400,
        "Unrecognized servable version label: zz",
    ),
)
