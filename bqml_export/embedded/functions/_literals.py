"""Values as GoogleSQL literals."""

from __future__ import annotations


def float_literal(value: float) -> str:
    """Returns exactly that FLOAT64: a decimal literal would be a NUMERIC in the backend."""
    return f"CAST('{value!r}' AS FLOAT64)"


def string_literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + escaped.replace("\n", "\\n").replace("\r", "\\r") + "'"
