"""The embedded services, once per session, and Google's own clients for them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, storage

from bqml_export.embedded.services import Endpoints, embedded_services

if TYPE_CHECKING:
    from collections.abc import Iterator

IRIS = "`bigquery-public-data.ml_datasets.iris`"


def pytest_configure(config: pytest.Config) -> None:
    """Names the warnings that Google's and DuckDB's packages give about themselves."""
    for line in (
        "ignore:Loading pandas DataFrame into BigQuery will require pandas-gbq:FutureWarning",
        "ignore:Loading DataFrames via google-cloud-bigquery:PendingDeprecationWarning",
        "ignore:Retrieving DataFrames via google-cloud-bigquery:PendingDeprecationWarning",
    ):
        config.addinivalue_line("filterwarnings", line)


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    """Both services on free ports, with an empty state folder."""
    with embedded_services(tmp_path_factory.mktemp("services")) as endpoints:
        yield endpoints


@pytest.fixture(scope="session")
def bigquery_client(services: Endpoints) -> Iterator[bigquery.Client]:
    """The real BigQuery client, pointed at the services."""
    client = bigquery.Client(
        services.project,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": services.bigquery_url},
    )
    yield client
    client.close()


@pytest.fixture(scope="session")
def storage_client(services: Endpoints) -> Iterator[storage.Client]:
    """The real Cloud Storage client, pointed at the services."""
    client = storage.Client(
        services.project,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": services.storage_url},
    )
    yield client
    client.close()


@pytest.fixture
def dataset(bigquery_client: bigquery.Client) -> Iterator[str]:
    """The id of a dataset of the test's own."""
    name = f"d_{uuid.uuid4().hex}"
    bigquery_client.create_dataset(name)
    yield name
    bigquery_client.delete_dataset(name, delete_contents=True, not_found_ok=True)


@pytest.fixture
def bucket(storage_client: storage.Client) -> storage.Bucket:
    """An empty bucket of the test's own."""
    return storage_client.create_bucket(f"b-{uuid.uuid4().hex}")


@pytest.fixture(scope="session")
def shared_dataset(bigquery_client: bigquery.Client) -> str:
    """The id of a dataset for what several tests only read; each name in it is made once."""
    name = f"shared_{uuid.uuid4().hex}"
    bigquery_client.create_dataset(name)
    return name


@pytest.fixture(scope="session")
def iris_model(bigquery_client: bigquery.Client) -> str:
    """`dataset.model` of a classifier trained on iris, which no test may change."""
    dataset = f"iris_{uuid.uuid4().hex}"
    bigquery_client.create_dataset(dataset)
    return train_iris(bigquery_client, dataset)


@pytest.fixture
def own_iris_model(bigquery_client: bigquery.Client, dataset: str) -> str:
    """The same in the test's own dataset."""
    return train_iris(bigquery_client, dataset)


def train_iris(client: bigquery.Client, dataset: str) -> str:
    """Returns `dataset.model` of a new classifier."""
    name = f"{dataset}.iris_model"
    client.query_and_wait(
        f"CREATE MODEL {name} OPTIONS(model_type='logistic_reg', input_label_cols=['species'], "
        f"max_iterations=3) AS SELECT * FROM {IRIS}"
    )
    return name
