"""What a plain scalar means: as the Go library behind kubectl reads it, not as PyYAML would.

kubectl knows YAML 1.1 booleans (`yes`, `on`, `y`), but no sexagesimal numbers and no dates; it
reads `1e3` as a number, where PyYAML reads a string.
"""

from __future__ import annotations

import math
import re
from typing import ClassVar

import yaml

_TRUE = frozenset({"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
_FALSE = frozenset({"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER = re.compile(r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*|0)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = {
    "inf": math.inf, "+inf": math.inf, "-inf": -math.inf, "nan": math.nan,
}  # fmt: skip
_BASES = {"0b": 2, "0o": 8, "0x": 16}

_TEXT = "tag:yaml.org,2002:str"

SURPRISING_BOOLEANS = (_TRUE | _FALSE) - {"true", "True", "TRUE", "false", "False", "FALSE"}


class PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Composes nodes and leaves the meaning of plain scalars to `scalar_value`.

    Only merge keys are resolved here, so that a tag of text is one that somebody wrote (`!!str`).
    """

    DEFAULT_SCALAR_TAG = "tag:plain"
    yaml_implicit_resolvers: ClassVar = {
        "<": [("tag:yaml.org,2002:merge", re.compile("^<<$"))],
    }


def scalar_value(node: yaml.ScalarNode) -> str | int | float | bool | None:
    text = str(node.value)
    if node.style or node.tag == _TEXT:
        return text
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return _number(text)


def _number(text: str) -> str | int | float:
    if _INTEGER.fullmatch(text):
        return _integer(text)
    special = _NOT_FINITE.get(text.lower().replace(".", "", 1)) if "." in text else None
    if special is not None:
        return special
    return float(text) if _FLOAT.fullmatch(text) else text


def _integer(text: str) -> int:
    sign = -1 if text[0] == "-" else 1
    digits = text.lstrip("+-").replace("_", "")
    base = _BASES.get(digits[:2])
    if base is not None:
        return sign * int(digits[2:] or "0", base)
    return sign * int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)
