"""Prints a double as RapidJSON does."""

from __future__ import annotations

import math

_MOST_DIGITS_IN_FRONT = 21
_MOST_ZEROS_BEHIND = 5


def double_text(value: float) -> str:
    """Returns the text of a finite double: 5.0, 0.000001, 1e-7, 1.5e30."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    return sign + _placed(digits.rstrip("0") or "0", point if digits.strip("0") else 1)


def _placed(digits: str, point: int) -> str:
    """Returns `digits` with the decimal point behind the first `point` of them."""
    if len(digits) <= point <= _MOST_DIGITS_IN_FRONT:
        return digits.ljust(point, "0") + ".0"
    if 0 < point <= _MOST_DIGITS_IN_FRONT:
        return f"{digits[:point]}.{digits[point:]}"
    if -_MOST_ZEROS_BEHIND <= point <= 0:
        return "0." + "0" * -point + digits
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{point - 1}"
