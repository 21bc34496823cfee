"""Where a model's dataset is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.errors import NotFoundError, UsageError
from bqml_export.model_reference import ModelReference
from bqml_export.warehouse.dataset import (
    create_dataset,
    dataset_location,
    missing_dataset_is_ours,
)

if TYPE_CHECKING:
    from bqml_export.clients import Clients

MODEL = ModelReference(None, "eu_shop", "m")


def test_the_location_comes_from_the_dataset(google_clients: Clients) -> None:
    """A dataset that was made in the EU says so, and another --location is refused."""
    create_dataset(google_clients, MODEL, "EU")
    assert dataset_location(google_clients, MODEL) == "EU"
    elsewhere = replace(google_clients, location="us-east1")
    with pytest.raises(UsageError, match="is in EU, not in us-east1"):
        dataset_location(elsewhere, MODEL)


def test_a_missing_dataset_is_made_only_in_the_embedded_project(google_clients: Clients) -> None:
    """In Google Cloud the error says how to create it."""
    missing = ModelReference(None, "missing", "m")
    assert missing_dataset_is_ours(google_clients, missing)
    in_cloud = replace(google_clients, engine="bigquery")
    assert not missing_dataset_is_ours(in_cloud, missing)
    with pytest.raises(NotFoundError, match=r"mk -d local\.missing"):
        dataset_location(in_cloud, missing)
