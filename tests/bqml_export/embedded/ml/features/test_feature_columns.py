"""Which columns the model sees."""

from __future__ import annotations

import pytest

from bqml_export.embedded.ml.data.table import Field, Table
from bqml_export.embedded.ml.features.feature_columns import (
    flat_values,
    flatten,
    why_not_exportable,
)
from bqml_export.errors import InvalidQueryError, NotSupportedError

PLACE = Field("place", "STRUCT", fields=(Field("lat", "FLOAT64"), Field("town", "STRING")))
TAGS = Field("tags", "STRING", "REPEATED")
PAIR = (Field("index", "INT64"), Field("value", "FLOAT64"))


def test_struct_becomes_one_column_per_field() -> None:
    """STRUCT s with the field f is the column s_f, NULL where the STRUCT is NULL."""
    table = Table((PLACE,), {"place": [{"lat": 1.5, "town": "a"}, None]}, 2)
    assert [f.name for f in flatten([PLACE])] == ["place_lat", "place_town"]
    assert flat_values(table, [PLACE]) == {"place_lat": [1.5, None], "place_town": ["a", None]}


def test_timestamp_within_a_struct_becomes_its_parts() -> None:
    """The field's calendar carries the struct's name too."""
    seen = Field("seen", "STRUCT", fields=(Field("at", "TIMESTAMP"),))
    table = Table((seen,), {"seen": [{"at": "2017-02-28 20:30:30.0 +0000"}]}, 1)
    assert [f.name for f in flatten([seen])][:2] == ["seen_at", "_TS_DOM_seen_at"]
    assert flat_values(table, [seen])["_TS_YEAR_seen_at"] == ["2017"]


@pytest.mark.parametrize(
    ("field", "error", "named"),
    [
        (Field("g", "GEOGRAPHY"), NotSupportedError, "column g is a GEOGRAPHY"),
        (Field("j", "JSON"), InvalidQueryError, "column j has the type JSON"),
        (Field("j", "JSON", "REPEATED"), InvalidQueryError, "column j has the type ARRAY<JSON>"),
        (Field("s", "STRUCT", fields=(PLACE,)), InvalidQueryError, "s.place is a STRUCT within"),
        (
            Field("s", "STRUCT", "REPEATED", (Field("a", "STRING"), Field("b", "INT64"))),
            InvalidQueryError,
            "column s is an ARRAY of STRUCT",
        ),
    ],
)
def test_column_that_cannot_be_a_feature_is_refused_by_name(
    field: Field, error: type[Exception], named: str
) -> None:
    """The message names the column and its type before any training starts."""
    with pytest.raises(error, match=named):
        flatten([Field("x", "INT64"), field])


@pytest.mark.parametrize(
    "field",
    [Field("p", "NUMERIC(10, 2)"), TAGS, Field("v", "STRUCT", "REPEATED", PAIR)],
)
def test_other_columns_stay_as_they_are(field: Field) -> None:
    """Parametrised numbers, arrays and sparse vectors are one feature each."""
    assert flatten([field]) == (field,)


def test_struct_field_may_not_take_the_name_of_a_column() -> None:
    """place.lat and place_lat would be the same input of the exported model."""
    with pytest.raises(InvalidQueryError, match="place_lat"):
        flatten([PLACE, Field("place_lat", "FLOAT64")])


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (PLACE, None),
        (Field("t", "TIMESTAMP"), "t is a TIMESTAMP"),
        (TAGS, "tags is an ARRAY"),
        (Field("s", "STRUCT", fields=(TAGS,)), "s is an ARRAY"),
        (Field("s", "STRUCT", fields=(Field("t", "TIMESTAMP"),)), "s is a TIMESTAMP"),
    ],
)
def test_bigquery_exports_no_timestamps_and_no_arrays(field: Field, reason: str | None) -> None:
    """BigQuery trains on them and then refuses the export."""
    assert (why_not_exportable([field]) or "").endswith(reason or "")
    assert bool(why_not_exportable([field])) == bool(reason)
