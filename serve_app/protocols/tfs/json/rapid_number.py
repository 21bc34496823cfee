"""Reads one number as RapidJSON 1.1.0 does (flag NanAndInf, not FullPrecision)."""

from __future__ import annotations

import re
from typing import TypeAlias

from serve_app.protocols.tfs.json.parse_error import parse_error

Number: TypeAlias = int | float

_WHOLE = re.compile(rb"0|[1-9][0-9]*")
_FRACTION = re.compile(rb"\.([0-9]*)")
_EXPONENT = re.compile(rb"[eE]([+-]?)([0-9]*)")
_TOO_BIG = "Number too big to be stored in double."
_LARGEST_BEFORE_A_DIGIT = 1.7976931348623157e307
_LARGEST_EXPONENT = 308
_SIGNIFICANT_DIGITS = 17


def read_number(body: bytes, start: int) -> tuple[Number, int]:
    """Returns the number at `start` and the offset behind it.

    Integer tokens that fit 64 bits, signed or unsigned, are integers; all else is a double.

    Raises:
        InvalidArgumentError: There is no number, or it is too big.
    """
    minus = body[start : start + 1] == b"-"
    at = start + minus
    whole = _WHOLE.match(body, at)
    if whole is None:
        return _special(body, at, minus=minus)
    at = whole.end()
    fraction = _FRACTION.match(body, at)
    if fraction:
        at = fraction.end()
        if not fraction[1]:
            raise parse_error("Miss fraction part in number.", at)
    exponent = _EXPONENT.match(body, at)
    if exponent:
        at = exponent.end()
        if not exponent[2]:
            raise parse_error("Miss exponent in number.", at)
        if exponent[1] != b"-" and _overflows(whole[0], fraction, exponent[2]):
            raise parse_error(_TOO_BIG, start)
    elif not fraction and len(whole[0]) <= 20 and -(2**63) <= int(body[start:at]) < 2**64:
        return int(body[start:at]), at
    if float(whole[0][:-1] or b"0") >= _LARGEST_BEFORE_A_DIGIT:
        raise parse_error(_TOO_BIG, start)
    return float(body[start:at]), at


def _overflows(whole: bytes, fraction: re.Match[bytes] | None, exponent: bytes) -> bool:
    """Tells whether RapidJSON refuses a positive exponent, which it does by its size alone.

    `0e309` is refused, and `1.0e309` is infinite: each digit of the fraction that it reads makes
    room for one more power of ten.
    """
    if len(exponent.lstrip(b"0")) > 18:
        return True
    digits = fraction[1] if fraction else b""
    return int(exponent) > _LARGEST_EXPONENT + _digits_read(whole, digits)


def _digits_read(whole: bytes, fraction: bytes) -> int:
    """Returns how many digits of the fraction count: up to 17 behind the first digit but zero."""
    zeros = len(fraction) - len(fraction.lstrip(b"0")) if whole == b"0" else 0
    room = max(0, _SIGNIFICANT_DIGITS - (len(whole) - 1))
    return min(len(fraction), zeros + room)


def _special(body: bytes, at: int, *, minus: bool) -> tuple[float, int]:
    """Returns NaN or an infinity; the offset of a fault lies behind what began like one."""
    if body.startswith(b"NaN", at):
        return float("nan"), at + 3
    if not body.startswith(b"Inf", at):
        raise parse_error("Invalid value.", at + _letters_alike(body, at, (b"NaN", b"Inf")))
    end = at + 3
    if body[end : end + 1] == b"i":
        alike = _letters_alike(body, end, (b"inity",))
        if alike < 5:
            raise parse_error("Invalid value.", end + alike)
        end += 5
    return float("-inf" if minus else "inf"), end


def _letters_alike(body: bytes, at: int, words: tuple[bytes, ...]) -> int:
    """Returns the number of letters at `at` that a word shares, where the first one does."""
    for word in words:
        found = body[at : at + len(word)]
        alike = next((i for i, c in enumerate(word) if found[i : i + 1] != bytes([c])), len(word))
        if alike:
            return alike
    return 0
