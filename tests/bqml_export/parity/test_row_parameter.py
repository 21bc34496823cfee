"""Rows on their way into a query."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.parity._leaf import leaves_of
from bqml_export.parity._row_parameter import select_list, to_text
from bqml_export.repository.record import Column
from bqml_export.warehouse.query import OwnQuery, QueryRunner

if TYPE_CHECKING:
    from bqml_export.clients import Clients

ROW = {
    "i": 9223372036854775807,
    "f": -1e308,
    "n": Decimal("1.123456000"),
    "b": False,
    "select": "it's é \\ \" \n `",
    "raw": b"\xff\x00",
    "day": dt.date(2020, 2, 29),
    "at": dt.datetime(2020, 2, 29, 1, 2, 3, 4),  # noqa: DTZ001 - DATETIME has no time zone
    "tm": dt.time(1, 2, 3, 400000),
    "s": {"a": 1, "b": None},
}
TYPES = ["INT64", "FLOAT64", "NUMERIC", "BOOL", "STRING", "BYTES", "DATE", "DATETIME", "TIME"]
COLUMNS = [
    *(Column(name, kind) for name, kind in zip(ROW, TYPES, strict=False)),
    Column("s", "STRUCT<a INT64, b STRING>"),
]


def test_values_of_every_type_arrive_as_they_were(google_clients: Clients) -> None:
    """In one query with one parameter; NULL stays NULL."""
    leaves = leaves_of(COLUMNS)
    nothing = dict.fromkeys(ROW)
    query = OwnQuery(
        doing="reading rows",
        sql=f"SELECT {select_list('nr', leaves)} FROM UNNEST(@rows) AS r ORDER BY nr",
        texts=[to_text(0, ROW, leaves), to_text(1, nothing, leaves)],
    )
    runner = QueryRunner(
        clients=google_clients, location="US", maximum_bytes_billed=None, report=lambda _: None
    )
    first, second = runner.rows(query)
    assert first == {"nr": 0, **ROW}
    assert second == {"nr": 1, **nothing, "s": {"a": None, "b": None}}
