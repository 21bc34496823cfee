"""models.list, get, patch and delete, and datasets that hold models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, NotFound, PreconditionFailed

if TYPE_CHECKING:
    from google.cloud.bigquery import Client


def test_models_are_listed_in_pages(bigquery_client: Client, dataset: str) -> None:
    """models.list gives the names in order, page by page."""
    for name in ("b", "a", "C"):
        bigquery_client.query_and_wait(
            f"CREATE MODEL {dataset}.{name} OPTIONS(model_type='linear_reg', "
            "input_label_cols=['y']) AS SELECT 1.5 AS x, 2.0 AS y UNION ALL SELECT 2, 4"
        )
    pages = bigquery_client.list_models(dataset, page_size=2).pages
    assert [[model.model_id for model in page] for page in pages] == [["C", "a"], ["b"]]


def test_a_model_is_edited(bigquery_client: Client, own_iris_model: str) -> None:
    """models.patch keeps description, friendly name and labels, and changes the etag."""
    model = bigquery_client.get_model(own_iris_model)
    etag = model.etag
    model.description, model.friendly_name, model.labels = "d", "f", {"team": "x"}
    updated = bigquery_client.update_model(model, ["description", "friendly_name", "labels"])
    assert (updated.description, updated.friendly_name, updated.labels) == ("d", "f", {"team": "x"})
    assert updated.etag != etag
    with pytest.raises(PreconditionFailed):
        bigquery_client.update_model(model, ["description"])


def test_a_deleted_model_is_gone(bigquery_client: Client, own_iris_model: str) -> None:
    """models.delete, and 404 from then on."""
    bigquery_client.delete_model(own_iris_model)
    with pytest.raises(NotFound, match="Not found: Model"):
        bigquery_client.get_model(own_iris_model)
    with pytest.raises(NotFound):
        bigquery_client.delete_model(own_iris_model)


def test_models_of_a_missing_dataset_are_not_found(bigquery_client: Client) -> None:
    """models.list of no dataset is a 404, not an empty list."""
    with pytest.raises(NotFound):
        list(bigquery_client.list_models("no_such_dataset"))


def test_a_dataset_goes_with_its_models_or_not_at_all(
    bigquery_client: Client, dataset: str, own_iris_model: str
) -> None:
    """A dataset with models is only deleted with its contents, models included."""
    with pytest.raises(BadRequest, match="still in use"):
        bigquery_client.delete_dataset(dataset)
    bigquery_client.get_model(own_iris_model)
    bigquery_client.delete_dataset(dataset, delete_contents=True)
    bigquery_client.create_dataset(dataset)
    assert list(bigquery_client.list_models(dataset)) == []


def test_a_table_and_a_model_do_not_share_a_name(bigquery_client: Client, dataset: str) -> None:
    """Models and tables of a dataset have one namespace."""
    bigquery_client.query_and_wait(f"CREATE TABLE {dataset}.taken AS SELECT 1 AS x")
    with pytest.raises(Exception, match="Already Exists: Table"):
        bigquery_client.query_and_wait(
            f"CREATE MODEL {dataset}.taken OPTIONS(model_type='linear_reg', "
            "input_label_cols=['x']) AS SELECT 1 AS x, 2 AS z"
        )
