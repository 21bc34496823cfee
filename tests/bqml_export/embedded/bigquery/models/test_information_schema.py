"""INFORMATION_SCHEMA, with the models in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, NotFound

if TYPE_CHECKING:
    from google.cloud.bigquery import Client


def test_models_are_listed_by_sql(bigquery_client: Client, iris_model: str) -> None:
    """INFORMATION_SCHEMA.MODELS has a row for each model, and can be filtered and joined."""
    dataset, _, name = iris_model.partition(".")
    sql = (
        f"SELECT model_name, model_type FROM {dataset}.INFORMATION_SCHEMA.MODELS "
        "WHERE creation_time <= CURRENT_TIMESTAMP()"
    )
    rows = [tuple(row.values()) for row in bigquery_client.query_and_wait(sql)]
    assert rows == [(name, "LOGISTIC_REGRESSION")]


def test_tables_and_columns_are_listed_by_sql(bigquery_client: Client, dataset: str) -> None:
    """TABLES, COLUMNS and SCHEMATA are the backend's."""
    bigquery_client.query_and_wait(f"CREATE TABLE {dataset}.t AS SELECT 1 AS x")
    tables = f"SELECT table_name FROM {dataset}.INFORMATION_SCHEMA.TABLES"
    columns = f"SELECT column_name FROM {dataset}.INFORMATION_SCHEMA.COLUMNS"
    schemata = "SELECT schema_name FROM INFORMATION_SCHEMA.SCHEMATA"
    assert [row.table_name for row in bigquery_client.query_and_wait(tables)] == ["t"]
    assert [row.column_name for row in bigquery_client.query_and_wait(columns)] == ["x"]
    assert dataset in [row.schema_name for row in bigquery_client.query_and_wait(schemata)]


@pytest.mark.parametrize(
    ("view", "error", "words"),
    [
        ("nowhere.INFORMATION_SCHEMA.MODELS", NotFound, "Dataset local:nowhere"),
        ("INFORMATION_SCHEMA.MODELS", BadRequest, "qualified with a dataset"),
        ("`region-us`.INFORMATION_SCHEMA.JOBS", BadRequest, "INFORMATION_SCHEMA of a region"),
    ],
)
def test_views_that_are_not_there(
    bigquery_client: Client, view: str, error: type[Exception], words: str
) -> None:
    """A missing dataset is 404, a view of a region is refused by name."""
    with pytest.raises(error, match=words):
        bigquery_client.query_and_wait(f"SELECT * FROM {view}")
