"""Deleting datasets that hold models, by the API and by SQL."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, NotFound

if TYPE_CHECKING:
    from google.cloud.bigquery import Client


def test_a_dataset_with_tables_is_only_deleted_with_them(
    bigquery_client: Client, dataset: str
) -> None:
    """datasets.delete of a dataset that holds a table is 400 without deleteContents."""
    bigquery_client.query_and_wait(f"CREATE TABLE {dataset}.t AS SELECT 1 AS x")
    with pytest.raises(BadRequest, match="still in use"):
        bigquery_client.delete_dataset(dataset)
    bigquery_client.delete_dataset(dataset, delete_contents=True)
    with pytest.raises(NotFound):
        bigquery_client.get_dataset(dataset)


@pytest.mark.parametrize("name", ["{d}", "`{d}`", "IF EXISTS {p}.{d}"])
def test_drop_schema_minds_models(
    bigquery_client: Client, dataset: str, iris_model: str, name: str
) -> None:
    """DROP SCHEMA is refused while there are models; with CASCADE they go along."""
    sql = "DROP SCHEMA " + name.format(d=dataset, p=bigquery_client.project)
    with pytest.raises(BadRequest, match="still in use"):
        bigquery_client.query_and_wait(sql)
    bigquery_client.get_model(iris_model)
    bigquery_client.query_and_wait(f"{sql} CASCADE")
    bigquery_client.create_dataset(dataset)
    with pytest.raises(NotFound):
        bigquery_client.get_model(iris_model)


def test_datasets_are_listed_and_nothing_else_is(
    bigquery_client: Client, dataset: str, iris_model: str
) -> None:
    """datasets.list shows the user's datasets, also after ML functions have run."""
    bigquery_client.query_and_wait(f"SELECT * FROM ML.WEIGHTS(MODEL {iris_model})")
    listed = {entry.dataset_id for entry in bigquery_client.list_datasets()}
    assert dataset in listed
    assert not [name for name in listed if "scratch" in name]


def test_a_missing_dataset_is_not_found(bigquery_client: Client) -> None:
    """datasets.delete of nothing is 404, unless the client says that this is fine."""
    name = f"none_{uuid.uuid4().hex}"
    with pytest.raises(NotFound):
        bigquery_client.delete_dataset(name)
    bigquery_client.delete_dataset(name, not_found_ok=True)
