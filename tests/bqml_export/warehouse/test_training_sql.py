"""The SQL that made a model is found in the job history."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.model_reference import ModelReference
from bqml_export.warehouse.training_sql import training_sql

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from bqml_export.warehouse.description import ModelDescription
    from bqml_export.warehouse.statement import TrainingStatement


def test_it_is_the_text_that_was_sent(
    google_clients: Clients, tiny_model: ModelDescription, tiny_statement: TrainingStatement
) -> None:
    """`export` of a model alone can still record how the model was made."""
    assert training_sql(google_clients, tiny_model) == tiny_statement.sql


def test_another_models_sql_is_never_taken(
    google_clients: Clients, tiny_model: ModelDescription
) -> None:
    """What is not known is None."""
    other = replace(tiny_model, reference=ModelReference("local", "shop", "other"))
    assert training_sql(google_clients, other) is None
    earlier = replace(tiny_model, created_ms=tiny_model.created_ms - 60_000)
    assert training_sql(google_clients, earlier) is None
