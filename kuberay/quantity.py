"""Kubernetes quantities: read with or without a suffix, written in the form people expect."""

from __future__ import annotations

import math
import re
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

_SUFFIXES = {
    "": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12,
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
}  # fmt: skip
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)(k|M|G|T|Ki|Mi|Gi|Ti)?")
_CPUS = re.compile(r"(\d+)m|(\d+(?:\.\d+)?)")
MIB = 2**20
GIB = 2**30


def memory_bytes(value: object) -> object:
    """Returns `8Gi`, `500M` or a number of bytes as bytes; anything else as it is.

    Raises:
        ValueError: The text is no quantity.
    """
    if not isinstance(value, str):
        return value
    match = _MEMORY.fullmatch(value)
    if not match:
        raise ValueError("expected bytes or a quantity such as 8Gi or 500Mi")
    return math.ceil(float(match[1]) * _SUFFIXES[match[2] or ""])


def memory_text(size_bytes: int) -> str:
    """Returns bytes as `8Gi` or `5376Mi`, or as a plain number where neither is exact."""
    for suffix in ("Gi", "Mi", "Ki"):
        if size_bytes % _SUFFIXES[suffix] == 0:
            return f"{size_bytes // _SUFFIXES[suffix]}{suffix}"
    return str(size_bytes)


def cpus(value: object) -> object:
    """Returns `500m`, `1.5` or a number as CPUs; anything else as it is.

    Raises:
        ValueError: The text is no quantity.
    """
    if not isinstance(value, str):
        return value
    match = _CPUS.fullmatch(value)
    if not match:
        raise ValueError("expected CPUs such as 2, 1.5 or 500m")
    return int(match[1]) / 1000 if match[1] else float(match[2])


def cpus_text(count: float) -> str:
    """Returns CPUs as `4` or `3500m`."""
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
