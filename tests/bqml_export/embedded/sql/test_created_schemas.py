"""CREATE SCHEMA with its options."""

from __future__ import annotations

import pytest

from bqml_export.embedded.sql.created_schemas import CreateSchema, created_schemas
from bqml_export.errors import InvalidQueryError, NotSupportedError


def test_options_become_fields_of_the_dataset() -> None:
    """Location, description, friendly name and labels are read."""
    sql = "SELECT 1; CREATE SCHEMA IF NOT EXISTS `p.d` OPTIONS(location='EU', labels=[('a', 'b')])"
    fields = {"location": "EU", "labels": {"a": "b"}}
    assert created_schemas(sql) == (CreateSchema("p", "d", fields),)


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
        created_schemas(sql)
