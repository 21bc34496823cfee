"""Kubernetes quantities: `500m`, `2`, `8Gi`, `1e3`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from kuberay.json_types import JsonValue

_FORM = re.compile(r"(?P<number>[+-]?[0-9.]+)(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9.]+)?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}


def quantity(value: JsonValue) -> Decimal | None:
    """Returns the number that a quantity means, or None where it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    match = _FORM.fullmatch(str(value))
    if match is None:
        return None
    suffix = match["suffix"] or ""
    try:
        number = Decimal(match["number"])
        if suffix in _BINARY:
            return number * Decimal(1024 ** _BINARY[suffix])
        exponent = Decimal(suffix[1:]) if suffix not in _DECIMAL else Decimal(_DECIMAL[suffix])
        return number * Decimal(10) ** exponent
    except (InvalidOperation, ArithmeticError):
        return None
