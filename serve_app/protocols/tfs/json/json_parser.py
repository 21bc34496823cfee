"""Parses JSON as TensorFlow Serving's RapidJSON does.

The standard library's parser does the work for ordinary bodies. Whatever it refuses, and the few
things that it reads differently, go through `rapid_json`, which is slow and exact.
"""

from __future__ import annotations

import json
import re
from typing import cast

from foundation.json_types import Json
from serve_app.protocols.tfs.json import rapid_json
from serve_app.protocols.tfs.json.rapid_json import Members

_BOM = b"\xef\xbb\xbf"
_WHITESPACE = re.compile(r"[ \t\n\r]*")
# Numbers that may not fit 64 bits or a double, and escapes that may be lone surrogates: Python and
# RapidJSON read them differently.
_READ_DIFFERENTLY = re.compile(rb"[eE]\+?\d{3}|-\d{19}|\d{20}|\\u[dD]")


def _first_of_duplicate_keys_wins(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else Members(pairs)


_DECODER = json.JSONDecoder(object_pairs_hook=_first_of_duplicate_keys_wins)


def parse(body: bytes) -> Json:
    """Returns the value of the first JSON document in `body`; what follows it is ignored.

    Raises:
        InvalidArgumentError: With RapidJSON's words and the byte offset of the fault.
    """
    if _READ_DIFFERENTLY.search(body):
        return cast(Json, rapid_json.parse(body))
    try:
        text = body.removeprefix(_BOM).decode()
        start = _WHITESPACE.match(text).end()  # type: ignore[union-attr]
        value: Json = _DECODER.raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return cast(Json, rapid_json.parse(body))
    return value
