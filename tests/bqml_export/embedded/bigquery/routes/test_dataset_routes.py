"""Deleting datasets that hold models, by the API and by SQL."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound, PreconditionFailed
from google.cloud.bigquery import Dataset

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
    bigquery_client: Client, dataset: str, own_iris_model: str, name: str
) -> None:
    """DROP SCHEMA is refused while there are models; with CASCADE they go along."""
    sql = "DROP SCHEMA " + name.format(d=dataset, p=bigquery_client.project)
    with pytest.raises(BadRequest, match="still in use"):
        bigquery_client.query_and_wait(sql)
    bigquery_client.get_model(own_iris_model)
    bigquery_client.query_and_wait(f"{sql} CASCADE")
    bigquery_client.create_dataset(dataset)
    with pytest.raises(NotFound):
        bigquery_client.get_model(own_iris_model)


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


def test_a_dataset_is_kept_as_it_was_made(bigquery_client: Client, dataset: str) -> None:
    """Location, description and labels come back and can be changed; a label of None goes."""
    made = Dataset(f"{bigquery_client.project}.{dataset}_2")
    made.location, made.description, made.labels = "EU", "first", {"a": "1", "b": "2"}
    made = bigquery_client.create_dataset(made)
    made.description, made.labels = "second", {"a": None, "c": "3"}
    bigquery_client.update_dataset(made, ["description", "labels"])
    read = bigquery_client.get_dataset(made.reference)
    assert (read.location, read.description) == ("EU", "second")
    assert read.labels == {"b": "2", "c": "3"}
    with pytest.raises(PreconditionFailed):
        bigquery_client.update_dataset(made, ["description"])


def test_datasets_are_paged_and_filtered(bigquery_client: Client, dataset: str) -> None:
    """Each dataset once, by name; a filter picks those with a label."""
    for number in range(3):
        made = Dataset(f"{bigquery_client.project}.{dataset}_{number}")
        made.labels = {dataset: str(number)}
        bigquery_client.create_dataset(made)
    names = [entry.dataset_id for entry in bigquery_client.list_datasets(page_size=2)]
    assert names == sorted(set(names))
    found = bigquery_client.list_datasets(filter=f"labels.{dataset}:1")
    assert [entry.dataset_id for entry in found] == [f"{dataset}_1"]


def test_a_second_dataset_of_the_name_is_refused(bigquery_client: Client, dataset: str) -> None:
    """It is 409, unless the client says that this is fine; a wrong name is 400."""
    with pytest.raises(Conflict, match=f"Already Exists: Dataset local:{dataset}"):
        bigquery_client.create_dataset(dataset)
    bigquery_client.create_dataset(dataset, exists_ok=True)
    with pytest.raises(BadRequest, match='Invalid dataset ID "no-dash"'):
        bigquery_client.create_dataset("no-dash")


def test_create_schema_takes_its_options(bigquery_client: Client, dataset: str) -> None:
    """The location of CREATE SCHEMA is the dataset's, and so is that of the job."""
    name = f"{dataset}_sql"
    bigquery_client.query_and_wait(f"CREATE SCHEMA {name} OPTIONS(location='EU')")
    assert bigquery_client.get_dataset(name).location == "EU"
    bigquery_client.query_and_wait(f"CREATE SCHEMA {name}_2", location="europe-west1")
    assert bigquery_client.get_dataset(f"{name}_2").location == "europe-west1"
