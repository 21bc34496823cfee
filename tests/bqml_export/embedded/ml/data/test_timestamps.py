"""What a TIMESTAMP column becomes."""

from __future__ import annotations

import pytest

from bqml_export.embedded.ml.data.timestamps import timestamp_columns, timestamp_values


def test_columns_have_bigquerys_names() -> None:
    """The Unix time keeps the column's name, each part of the calendar gets a prefix."""
    assert [f.name for f in timestamp_columns("t")] == [
        "t",
        *("_TS_DOM_t", "_TS_DOW_t", "_TS_MOY_t", "_TS_HOD_t", "_TS_MOH_t", "_TS_WOY_t"),
        "_TS_YEAR_t",
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2017-02-28 20:31:30.4 +0000", [1488313890.4, "28", "3", "2", "20", "31", "9", "2017"]),
        ("2023-01-01 00:00:00.0 +0000", [1672531200.0, "1", "1", "1", "0", "0", "1", "2023"]),
        ("2021-01-02 23:59:59.5 +0000", [1609631999.5, "2", "7", "1", "23", "59", "0", "2021"]),
    ],
)
def test_parts_are_those_of_extract_in_utc(text: str, parts: list[object]) -> None:
    """Sunday is day 1 of the week; the days before the first Sunday are week 0."""
    assert [values[0] for values in timestamp_values("t", [text]).values()] == parts


def test_null_has_no_parts() -> None:
    """NULL becomes the mean time and the NULL category of each part."""
    assert {v[0] for v in timestamp_values("t", [None]).values()} == {None}
