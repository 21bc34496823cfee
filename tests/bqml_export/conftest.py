"""The embedded services, once for all tests, and the clients and models that tests share."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from bqml_export.settings import Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bqml_export.chain.export import Exported
    from bqml_export.clients import Clients
    from bqml_export.warehouse.description import ModelDescription
    from bqml_export.warehouse.statement import TrainingStatement

TINY_SQL = """
CREATE OR REPLACE MODEL shop.tiny
OPTIONS(model_type='linear_reg', input_label_cols=['petal_width'], max_iterations=1) AS
SELECT petal_length, petal_width FROM `bigquery-public-data.ml_datasets.iris`
"""


@pytest.fixture(scope="session")
def running_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A target whose BigQuery and Cloud Storage are the embedded services, started once."""
    services = pytest.importorskip("bqml_export.embedded.services")
    pytest.importorskip("bqemulator", reason="needs the extra [local]")
    state = tmp_path_factory.mktemp("services")
    with services.embedded_services(state) as endpoints:
        yield Target(
            project=endpoints.project,
            bigquery_url=endpoints.bigquery_url,
            storage_url=endpoints.storage_url,
            retry_timeout_s=5.0,
            state_dir=state,
        )


@pytest.fixture(scope="session")
def environment(running_target: Target) -> dict[str, str]:
    """The variables with which the command line finds the running services."""
    assert running_target.bigquery_url is not None
    assert running_target.storage_url is not None
    return {
        "BIGQUERY_EMULATOR_HOST": running_target.bigquery_url,
        "STORAGE_EMULATOR_HOST": running_target.storage_url,
    }


@pytest.fixture(scope="session")
def google_clients(running_target: Target) -> Iterator[Clients]:
    """The real Google clients, connected to the running services."""
    from bqml_export.clients import open_clients

    with open_clients(running_target) as clients:
        yield clients


@pytest.fixture(scope="session")
def tiny_statement() -> TrainingStatement:
    """A statement that trains in no time."""
    from bqml_export.warehouse.statement import read_statement

    return read_statement(TINY_SQL)


@pytest.fixture(scope="session")
def tiny_model(google_clients: Clients, tiny_statement: TrainingStatement) -> ModelDescription:
    """A trained model."""
    from bqml_export.warehouse import training

    plan = training.plan_training(google_clients, tiny_statement, force=False)
    return training.train(google_clients, plan, lambda _: None).model


@pytest.fixture(scope="session")
def tiny_export(google_clients: Clients, tiny_model: ModelDescription) -> Exported:
    """The finished export of the tiny model, in the embedded bucket."""
    from bqml_export.chain.export import export, plan_export

    plan = plan_export(google_clients, tiny_model, None)
    return export(google_clients, plan, lambda _: None)


@pytest.fixture
def bucket(google_clients: Clients) -> str:
    """The name of a new, empty bucket."""
    name = f"test-{secrets.token_hex(6)}"
    google_clients.storage.create_bucket(name, location="US")
    return name


@pytest.fixture
def tiny_sql_file(tmp_path: Path) -> Path:
    """The SQL file of the tiny model."""
    path = tmp_path / "tiny.sql"
    path.write_text(TINY_SQL, encoding="utf-8")
    return path
