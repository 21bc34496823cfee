"""CREATE SCHEMA with its options, and DROP SCHEMA."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.schema_statements import (
    CreateSchema,
    DropSchema,
    created_schemas,
    dropped_schemas,
)
from bqml_export.sql.tokens import read_sql


def test_options_become_fields_of_the_dataset() -> None:
    """Location, description, friendly name and labels are read."""
    sql = "SELECT 1; CREATE SCHEMA IF NOT EXISTS `p.d` OPTIONS(location='EU', labels=[('a', 'b')])"
    fields = {"location": "EU", "labels": {"a": "b"}}
    assert created_schemas(read_sql(sql)) == (CreateSchema("p", "d", fields),)


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("CREATE SCHEMA d OPTIONS(max_time_travel_hours=48)", NotSupportedError),
        ("CREATE SCHEMA d DEFAULT COLLATE 'und:ci'", NotSupportedError),
        ("CREATE SCHEMA d OPTIONS(location=3)", InvalidQueryError),
        ("CREATE SCHEMA d OPTIONS(labels=['a'])", InvalidQueryError),
    ],
)
def test_other_options_are_refused(sql: str, error: type[Exception]) -> None:
    """An option that would be ignored is an error."""
    with pytest.raises(error):
        created_schemas(read_sql(sql))


@pytest.mark.parametrize(
    ("sql", "dropped"),
    [
        ("DROP SCHEMA d", DropSchema("", "d", cascade=False)),
        ("SELECT 1; drop schema if exists `p-1.d` cascade;", DropSchema("p-1", "d", cascade=True)),
        ("DROP SCHEMA p.d RESTRICT", DropSchema("p", "d", cascade=False)),
    ],
)
def test_dropped_schemas_are_found(sql: str, dropped: DropSchema) -> None:
    """With their project and whether their contents go too."""
    assert dropped_schemas(read_sql(sql)) == (dropped,)
