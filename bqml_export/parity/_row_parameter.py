"""Rows on their way into a query: one parameter of texts, and the SQL that makes columns of it.

Each row is a JSON array of texts. One SELECT list gives them back their types, so that any number
of rows makes the same short query, with nothing of a value in its text.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from bqml_export.parity._case import Row
from bqml_export.parity._leaf import Leaf

_CASTS = {
    "STRING": "{}",
    "BYTES": "FROM_BASE64({})",
    "NUMERIC": "PARSE_NUMERIC({})",
    "BIGNUMERIC": "PARSE_BIGNUMERIC({})",
}


def select_list(number_column: str, leaves: Sequence[Leaf]) -> str:
    """Returns the SELECT list that turns `r`, one element of the parameter, into typed columns.

    The row's number comes first; the leaves of one column stand together.
    """
    columns = [f"CAST(JSON_VALUE(r, '$[0]') AS INT64) AS {quoted(number_column)}"]
    numbered = enumerate(leaves, start=1)
    for name, members in groupby(numbered, key=lambda pair: pair[1].column):
        columns.append(f"{_column(list(members))} AS {quoted(name)}")
    return ", ".join(columns)


def quoted(name: str) -> str:
    return f"`{name}`"


def _column(members: Sequence[tuple[int, Leaf]]) -> str:
    values = [(_typed(place, leaf.type), leaf.field) for place, leaf in members]
    if values[0][1] is None:
        return values[0][0]
    return f"STRUCT({', '.join(f'{sql} AS {quoted(field or str())}' for sql, field in values)})"


def _typed(place: int, kind: str) -> str:
    return _CASTS.get(kind, f"CAST({{}} AS {kind})").format(f"JSON_VALUE(r, '$[{place}]')")


def to_text(number: int, row: Row, leaves: Sequence[Leaf]) -> str:
    values = [_text(leaf.of(row)) for leaf in leaves]
    return json.dumps([str(number), *values], ensure_ascii=False)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
