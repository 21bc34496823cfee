"""Everything that would make an export fail is named at once, before a job is spent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.bucket.uri import BucketUri
from bqml_export.chain._preflight import require_ready_bucket
from bqml_export.chain.export import export, plan_export, plan_export_of
from bqml_export.errors import BqmlExportError, PreflightError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.record import Column

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from bqml_export.warehouse.description import ModelDescription
    from tests.bqml_export.conftest import Fault, Faulty

TINY = ModelReference.parse("shop.tiny")
JOB = r"POST .*/jobs(\?|$)"
DENIED = "Access Denied: {}: User does not have {} permission."


def problems(error: pytest.ExceptionInfo[PreflightError]) -> list[str]:
    """Returns what was found, one line each."""
    lines = [str(problem) for problem in error.value.problems]
    assert all("\n" not in line for line in lines)
    return lines


def test_all_of_it_is_named_together(
    google_clients: Clients, tiny_model: ModelDescription, bucket: str
) -> None:
    """Type, features, trial, locations and the prefix: one line and one fix each."""
    google_clients.storage.bucket(bucket).blob("p/other").upload_from_string(b"x")
    columns = (Column("at", "TIMESTAMP"), Column("tags", "ARRAY<STRING>"), Column("x", "INT64"))
    model = replace(
        tiny_model, model_type="ARIMA_PLUS", feature_columns=columns, location="europe-west1"
    )
    clients = replace(google_clients, location="EU")
    with pytest.raises(PreflightError, match="would fail for 7 reasons") as caught:
        plan_export(clients, model, BucketUri(bucket, "p"), trial_id=3)
    expected = (
        "ARIMA_PLUS cannot be exported",
        "feature 'at' has the type TIMESTAMP",
        "feature 'tags' has the type ARRAY<STRING>",
        "there is no trial 3",
        "is in europe-west1, not in EU",
        f"bucket {bucket} is in US and the model is in europe-west1",
        "never overwritten",
    )
    for words, line in zip(expected, problems(caught), strict=True):
        assert words in line
        assert line.endswith(")"), "each problem has its fix"


def test_one_problem_is_one_line(google_clients: Clients, tiny_model: ModelDescription) -> None:
    """And its hint is the hint of the whole."""
    with pytest.raises(PreflightError) as caught:
        plan_export(replace(google_clients, engine="bigquery"), tiny_model, None)
    assert str(caught.value) == "no bucket was given to export to (--to gs://bucket)"
    assert caught.value.exit_code == 4


@pytest.mark.usefixtures("tiny_model")
@pytest.mark.parametrize(
    ("pattern", "message", "permission"),
    [
        (JOB, DENIED.format("Project local", "bigquery.jobs.create"), "bigquery.jobs.create"),
        (JOB, DENIED.format("Model d.m", "bigquery.models.export"), "bigquery.models.export"),
        (JOB, "Access Denied: Project local: no", "bigquery.jobs.create"),
        (JOB, "Access Denied: Model d.m: no", "bigquery.models.export"),
        (r"GET .*/models/tiny", "Access Denied: Model d.m: no", "bigquery.models.getMetadata"),
    ],
)
def test_a_permission_of_bigquery_that_is_missing_is_named(
    faulty: Faulty,
    fault: type[Fault],
    bucket: str,
    pattern: str,
    message: str,
    permission: str,
) -> None:
    """With the role that has it; no job is made to find out."""
    denied = fault(pattern, status=403, reason="accessDenied", message=message)
    faulty.bigquery.faults.append(denied)
    with pytest.raises(PreflightError, match=rf"lacks {permission} on .*roles/bigquery\."):
        plan_export_of(faulty.clients, TINY, BucketUri(bucket, "p"))
    assert denied.met == 1, "a refusal is not repeated"


@pytest.mark.parametrize(
    "granted", [(), ("storage.objects.get",), ("storage.objects.get", "storage.objects.list")]
)
def test_permissions_in_the_bucket_that_are_missing_are_named(
    faulty: Faulty,
    fault: type[Fault],
    tiny_model: ModelDescription,
    bucket: str,
    granted: tuple[str, ...],
) -> None:
    """Each that buckets.testIamPermissions does not return, and only those."""
    answer = fault("GET .*testPermissions", after="json", body={"permissions": list(granted)})
    faulty.storage.faults.append(answer)
    with pytest.raises(PreflightError) as caught:
        plan_export(faulty.clients, tiny_model, BucketUri(bucket, "p"))
    needed = {f"storage.objects.{verb}" for verb in ("create", "get", "list")}
    named = {line.split()[3] for line in problems(caught)}
    assert named == needed - set(granted)


def test_a_model_that_is_missing_does_not_hide_the_bucket(google_clients: Clients) -> None:
    """Two things are wrong, and two are named."""
    clients = replace(google_clients, engine="bigquery")
    with pytest.raises(PreflightError) as caught:
        plan_export_of(clients, ModelReference.parse("shop.none"), BucketUri("no-such-bucket", ""))
    first, second = problems(caught)
    assert "model local.shop.none does not exist" in first
    assert "bucket no-such-bucket does not exist" in second


def test_a_training_is_not_spent_on_a_bucket_that_cannot_take_it(
    faulty: Faulty, fault: type[Fault], bucket: str
) -> None:
    """What `up` asks before it trains: location and permissions, together."""
    place = BucketUri(bucket, "")
    require_ready_bucket(faulty.clients, place, "US")
    faulty.storage.faults.append(fault("GET .*testPermissions", after="json"))
    with pytest.raises(PreflightError, match=f"export to {place} would fail for 4 reasons"):
        require_ready_bucket(faulty.clients, place, "EU")


def test_a_finished_export_needs_no_more_permissions(
    faulty: Faulty, fault: type[Fault], tiny_model: ModelDescription, bucket: str
) -> None:
    """Who may only read can still reuse it."""
    place = BucketUri(bucket, "p")
    export(faulty.clients, plan_export(faulty.clients, tiny_model, place), lambda _: None)
    granted = ["storage.objects.get", "storage.objects.list"]
    faulty.storage.faults.append(
        fault("GET .*testPermissions", after="json", body={"permissions": granted})
    )
    faulty.bigquery.faults.append(fault(r"POST .*/jobs", status=403))
    assert plan_export(faulty.clients, tiny_model, place).action == "nothing"


def test_a_service_that_does_not_answer_is_no_finding(
    faulty: Faulty, fault: type[Fault], tiny_model: ModelDescription, bucket: str
) -> None:
    """It is tried again with a pause, and then it is an error of its own."""
    down = fault("GET .*testPermissions", status=503)
    faulty.storage.faults.append(down)
    with pytest.raises(BqmlExportError, match="run the same command again") as caught:
        plan_export(faulty.clients, tiny_model, BucketUri(bucket, "p"))
    assert not isinstance(caught.value, PreflightError)
    assert down.met > 1


@pytest.mark.parametrize("status", [503, 429])
def test_what_passes_is_waited_for(
    faulty: Faulty, fault: type[Fault], tiny_model: ModelDescription, bucket: str, status: int
) -> None:
    """One refusal of an overloaded service changes nothing."""
    faulty.storage.faults.append(fault("GET .*testPermissions", status=status, times=1))
    faulty.bigquery.faults.append(fault(JOB, status=status, times=1))
    assert plan_export(faulty.clients, tiny_model, BucketUri(bucket, "p")).action == "send"
