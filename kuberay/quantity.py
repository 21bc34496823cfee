"""Kubernetes quantities: `500m`, `2`, `8Gi`, `1e3`; read exactly, written as people expect.

`kubernetes.utils.parse_quantity` is no help: it brings the whole client along (half a second), is
missing without the extra, and takes `true`, `1 Gi` and `nan` for numbers.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

_FORM = re.compile(r"(?P<number>[+-]?[0-9.]+)(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9.]+)?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_MEMORY = re.compile(r"\d+(\.\d+)?(k|M|G|T|Ki|Mi|Gi|Ti)?")
_CPUS = re.compile(r"\d+m|\d+(\.\d+)?")
MIB = 2**20
GIB = 2**30


def quantity(value: object) -> Decimal | None:
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


def _read(value: object, form: re.Pattern[str], expected: str) -> object:
    if not isinstance(value, str):
        return value
    number = quantity(value) if form.fullmatch(value) else None
    if number is None:
        raise ValueError(f"expected {expected}")
    return number


def memory_bytes(value: object) -> object:
    """Leaves what is no text as it is; raises a ValueError where the text is no quantity."""
    number = _read(value, _MEMORY, "bytes or a quantity such as 8Gi or 500Mi")
    return math.ceil(number) if isinstance(number, Decimal) else number


def memory_text(size_bytes: int) -> str:
    """Returns bytes as `8Gi` or `5376Mi`, or as a plain number where neither is exact."""
    for suffix in ("Gi", "Mi", "Ki"):
        if size_bytes % 1024 ** _BINARY[suffix] == 0:
            return f"{size_bytes // 1024 ** _BINARY[suffix]}{suffix}"
    return str(size_bytes)


def cpus(value: object) -> object:
    """Leaves what is no text as it is; raises a ValueError where the text is no quantity."""
    number = _read(value, _CPUS, "CPUs such as 2, 1.5 or 500m")
    return float(number) if isinstance(number, Decimal) else number


def cpus_text(count: float) -> str:
    millis = round(count * 1000)
    return str(millis // 1000) if millis % 1000 == 0 else f"{millis}m"


Memory = Annotated[
    int, BeforeValidator(memory_bytes), Field(gt=0), PlainSerializer(memory_text, return_type=str)
]
"""Bytes; written as a quantity (`8Gi`) or a number of bytes."""
Cpus = Annotated[
    float,
    BeforeValidator(cpus),
    Field(ge=0.001, allow_inf_nan=False),
    PlainSerializer(cpus_text, return_type=str),
]
"""CPUs; written as a number or in millis (`500m`)."""
