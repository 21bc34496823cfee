"""A bucket is created once, in the right place, and never mistaken for another one."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")

from bqml_export.bucket.creation import create_bucket, plan_bucket, request_body
from bqml_export.errors import BqmlExportError, UsageError

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from tests.bqml_export.conftest import Fault, Faulty


@pytest.fixture
def name() -> str:
    """A name that no bucket has."""
    return f"new-{secrets.token_hex(6)}"


def test_it_is_where_it_was_asked_for_and_decides_access_alone(
    google_clients: Clients, name: str
) -> None:
    """Location and uniform bucket-level access are what the dry run says."""
    plan = plan_bucket(google_clients, name, "eu")
    sent = request_body(plan, "local")["body"]
    create_bucket(google_clients, plan)
    bucket = google_clients.storage.get_bucket(name)
    assert (sent["location"], bucket.location) == ("EU", "EU")
    assert sent["iamConfiguration"]["uniformBucketLevelAccess"] == {"enabled": True}
    assert bucket.iam_configuration.uniform_bucket_level_access_enabled


def test_once_more_is_nothing_to_do(google_clients: Clients, bucket: str) -> None:
    """The one that is there in the same location is left as it is."""
    plan = plan_bucket(google_clients, bucket, "us")
    assert plan.exists
    assert create_bucket(google_clients, plan) == plan


@pytest.mark.parametrize("name", ["Upper", "a", "x..y", "my-google-bucket", "goog-x", "a/b"])
def test_a_wrong_name_is_refused(google_clients: Clients, name: str) -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError, match="is not a bucket name"):
        plan_bucket(google_clients, name, "US")


def test_a_bucket_elsewhere_is_refused(google_clients: Clients, bucket: str) -> None:
    """Both locations are named."""
    with pytest.raises(UsageError, match=f"{bucket} exists in US, not in EU"):
        plan_bucket(google_clients, bucket, "EU")


def test_a_bucket_of_somebody_else_is_refused(
    faulty: Faulty, fault: type[Fault], name: str
) -> None:
    """One that may not be read, and one that is in another project."""
    faulty.storage.faults.append(fault(r"GET .*/b/new-", status=403, times=1))
    with pytest.raises(UsageError, match="is somebody else's"):
        plan_bucket(faulty.clients, name, "US")
    create_bucket(faulty.clients, plan_bucket(faulty.clients, name, "US"))
    faulty.storage.faults.append(fault(r"GET /storage/v1/b\?", after="json", times=1))
    with pytest.raises(UsageError, match="belongs to another project than local"):
        plan_bucket(faulty.clients, name, "US")


def test_a_lost_answer_does_not_make_it_fail(faulty: Faulty, fault: type[Fault], name: str) -> None:
    """The second try finds the bucket that the first one made."""
    plan = plan_bucket(faulty.clients, name, "US")
    faulty.storage.faults.append(fault(r"POST /storage/v1/b\?", after="lost", times=1))
    assert create_bucket(faulty.clients, plan).exists
    assert faulty.storage.count(r"POST /storage/v1/b\?") == 2


def test_a_name_that_cannot_be_had_is_a_line(faulty: Faulty, fault: type[Fault], name: str) -> None:
    """Somebody may have it without anybody else seeing it."""
    plan = plan_bucket(faulty.clients, name, "US")
    faulty.storage.faults.append(fault(r"POST /storage/v1/b\?", status=409, reason="conflict"))
    with pytest.raises(UsageError, match=f"the bucket name {name} is not available"):
        create_bucket(faulty.clients, plan)


def test_a_denied_creation_names_the_role(faulty: Faulty, fault: type[Fault], name: str) -> None:
    """Google names the permission; the hint names who has it."""
    plan = plan_bucket(faulty.clients, name, "US")
    message = "a@b does not have storage.buckets.create access to the Google Cloud project."
    denied = fault(r"POST /storage/v1/b\?", status=403, reason="forbidden", message=message)
    faulty.storage.faults.append(denied)
    with pytest.raises(BqmlExportError, match=r"roles/storage\.admin on the project"):
        create_bucket(replace(faulty.clients, engine="bigquery"), plan)
    assert denied.met == 1
