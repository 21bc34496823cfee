"""A bucket somewhere else is refused before a job is spent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")

from bqml_export.bucket.readiness import require_bucket
from bqml_export.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from bqml_export.clients import Clients


def test_the_same_location_in_any_case_is_fine(google_clients: Clients, bucket: str) -> None:
    """BigQuery and Cloud Storage do not agree on capitals."""
    assert require_bucket(google_clients, bucket, "us")


def test_another_location_is_refused_with_both_names(google_clients: Clients, bucket: str) -> None:
    """The error says where either is and how to create a bucket that fits."""
    with pytest.raises(UsageError, match=r"is in US and the model is in europe-west1.*--location"):
        require_bucket(google_clients, bucket, "europe-west1")


def test_a_missing_bucket_is_made_only_in_the_embedded_project(google_clients: Clients) -> None:
    """In Google Cloud the error says how to create it."""
    assert not require_bucket(google_clients, "made-later", "EU")
    with pytest.raises(NotFoundError, match="bucket create made-later --location EU"):
        require_bucket(replace(google_clients, engine="bigquery"), "made-later", "EU")
