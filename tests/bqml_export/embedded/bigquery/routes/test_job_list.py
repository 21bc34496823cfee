"""jobs.list, with its filters and pages."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import NotFound

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

ONE_HOUR = dt.timedelta(hours=1)


@pytest.fixture
def ids(bigquery_client: Client) -> list[str]:
    """The ids of three finished jobs, newest first."""
    made = [f"listed-{uuid.uuid4().hex}" for _ in range(3)]
    for job_id in made:
        bigquery_client.query("SELECT 1", job_id=job_id, job_retry=None).result(job_retry=None)
    return made[::-1]


def test_jobs_come_newest_first_and_once(bigquery_client: Client, ids: list[str]) -> None:
    """Pages of two have every job in order."""
    listed = [job.job_id for job in bigquery_client.list_jobs(page_size=2, max_results=9)]
    assert listed[:3] == ids
    assert len(set(listed)) == len(listed)


def test_jobs_are_filtered(bigquery_client: Client, ids: list[str]) -> None:
    """By state and by time."""
    now = dt.datetime.now(dt.UTC)
    done = {job.job_id for job in bigquery_client.list_jobs(state_filter="done")}
    assert set(ids) <= done
    assert not set(ids) & {job.job_id for job in bigquery_client.list_jobs(state_filter="running")}
    assert list(bigquery_client.list_jobs(min_creation_time=now + ONE_HOUR)) == []
    assert list(bigquery_client.list_jobs(max_creation_time=now - ONE_HOUR)) == []


def test_a_deleted_job_is_gone(bigquery_client: Client, ids: list[str]) -> None:
    """It can neither be got nor listed, and its id can be used again."""
    bigquery_client.delete_job_metadata(ids[0])
    with pytest.raises(NotFound, match=f"Not found: Job local:{ids[0]}"):
        bigquery_client.get_job(ids[0])
    assert ids[0] not in {job.job_id for job in bigquery_client.list_jobs()}
    bigquery_client.query("SELECT 1", job_id=ids[0], job_retry=None).result(job_retry=None)


def test_a_job_is_where_it_ran(bigquery_client: Client, ids: list[str]) -> None:
    """In another location it is not found."""
    assert bigquery_client.get_job(ids[0], location="US").job_id == ids[0]
    with pytest.raises(NotFound):
        bigquery_client.get_job(ids[0], location="EU")
