"""What is left of queries after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from bqml_export.embedded.services import Endpoints, embedded_services

if TYPE_CHECKING:
    from pathlib import Path


def _client(endpoints: Endpoints) -> bigquery.Client:
    return bigquery.Client(
        endpoints.project,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": endpoints.bigquery_url},
    )


def test_jobs_outlive_a_restart_and_their_rows_do_not(tmp_path: Path) -> None:
    """A plain query can be polled with its statistics; its rows are gone, and it says so."""
    with embedded_services(tmp_path) as endpoints, _client(endpoints) as client:
        client.query_and_wait("CREATE SCHEMA d OPTIONS(location='EU')")
        client.query_and_wait("CREATE TABLE d.t AS SELECT 1 AS x")
        done = client.query("SELECT x FROM d.t", job_id="mine", job_retry=None)
        done.result(job_retry=None)
        with pytest.raises(Exception, match="division"):
            client.query("SELECT 1 / 0", job_id="failed", job_retry=None).result(job_retry=None)
    with embedded_services(tmp_path) as endpoints, _client(endpoints) as client:
        found = client.get_job("mine")
        assert (found.state, found.location, found.statement_type) == ("DONE", "EU", "SELECT")
        assert found.total_bytes_processed == done.total_bytes_processed == 8
        assert client.get_job("failed").error_result["reason"] == "invalidQuery"
        assert {"mine", "failed"} <= {job.job_id for job in client.list_jobs()}
        with pytest.raises(NotFound, match="keeps the newest"):
            client.list_rows(client.get_table(found.destination))
        assert client.get_dataset("d").location == "EU"
        assert client.get_table("d.t").num_rows == 1
