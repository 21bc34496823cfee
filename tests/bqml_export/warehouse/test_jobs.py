"""Job ids of our own: the same work has the same id, another attempt the next number."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.errors import JobError
from bqml_export.warehouse.jobs import base_id, latest_attempt, wait

if TYPE_CHECKING:
    from bqml_export.clients import Clients


@pytest.mark.parametrize("sent", [0, 1, 2, 3, 4, 7, 8, 11])
def test_the_last_attempt_is_found(google_clients: Clients, sent: int) -> None:
    """However many there were, the last one is returned and the next id is free."""
    base = base_id("test", secrets.token_hex(8))
    for number in range(sent):
        google_clients.bigquery.query("SELECT 1", job_id=f"{base}_{number}", job_retry=None)
    attempt = latest_attempt(google_clients, base, None)
    assert attempt.number == sent - 1
    assert attempt.next_job_id == f"{base}_{sent}"
    assert (attempt.job is None) == (sent == 0)


def test_other_work_has_another_id() -> None:
    """Every part counts, and the id is one that BigQuery takes."""
    assert base_id("train", "p.d.m", "a") == base_id("train", "p.d.m", "a")
    assert base_id("train", "p.d.m", "a") != base_id("train", "p.d.m", "b")
    assert base_id("train", "a").replace("_", "").isalnum()


def test_a_failed_job_is_reported_in_one_line(google_clients: Clients) -> None:
    """The message is BigQuery's and names the job."""
    job = google_clients.bigquery.query("SELECT ERROR('boom')", job_retry=None)
    with pytest.raises(JobError, match=f"job {job.job_id} failed: .*boom"):
        wait(google_clients, job, lambda _: None)
