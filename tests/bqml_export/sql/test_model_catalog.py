"""Uses of INFORMATION_SCHEMA.MODELS."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError
from bqml_export.sql.model_catalog import find_model_catalogs
from bqml_export.sql.tokens import read_sql


@pytest.mark.parametrize(
    ("name", "project"),
    [
        ("d.INFORMATION_SCHEMA.MODELS", ""),
        ("`p-1.d.INFORMATION_SCHEMA.MODELS`", "p-1"),
        ("`p-1.d`.INFORMATION_SCHEMA.MODELS", "p-1"),
        ("`p-1`.d.information_schema.models", "p-1"),
        ("p-1.d.INFORMATION_SCHEMA.MODELS", "p-1"),
    ],
)
def test_each_way_to_write_it_is_found(name: str, project: str) -> None:
    """The use is cut out whole, with project and dataset."""
    sql = read_sql(f"SELECT * FROM {name} WHERE x - 1 > 0")
    (use,) = find_model_catalogs(sql)
    assert (use.project, use.dataset, sql[use.start : use.end].text) == (project, "d", name)


def test_a_dataset_is_needed() -> None:
    """The view of no dataset does not exist."""
    with pytest.raises(InvalidQueryError, match="qualified with a dataset"):
        find_model_catalogs(read_sql("SELECT * FROM INFORMATION_SCHEMA.MODELS"))


@pytest.mark.parametrize("sql", ["SELECT 'd.INFORMATION_SCHEMA.MODELS'", "SELECT * FROM d.MODELS"])
def test_other_texts_are_left_alone(sql: str) -> None:
    """A literal and a table that is called MODELS are no uses."""
    assert find_model_catalogs(read_sql(sql)) == ()
