"""An export goes to a prefix of its own, once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.bucket.manifest import read_manifest
from bqml_export.bucket.objects import list_objects
from bqml_export.bucket.uri import BucketUri
from bqml_export.chain.export import export, plan_export, request_body
from bqml_export.errors import PreflightError

if TYPE_CHECKING:
    from bqml_export.chain.export import Exported
    from bqml_export.clients import Clients
    from bqml_export.warehouse.description import ModelDescription
    from bqml_export.warehouse.statement import TrainingStatement
    from tests.bqml_export.conftest import Fault, Faulty


def test_the_export_is_below_the_models_name_and_complete(
    google_clients: Clients, tiny_export: Exported, tiny_statement: TrainingStatement
) -> None:
    """The prefix names the model; the record in it knows the SQL and every object."""
    assert tiny_export.place.prefix.startswith("shop.tiny/")
    manifest = read_manifest(google_clients, tiny_export.place)
    assert manifest is not None
    assert manifest.record.sql == tiny_statement.sql
    assert "saved_model.pb" in {stored.path for stored in manifest.objects}


def test_the_same_export_is_not_made_twice(
    google_clients: Clients, tiny_export: Exported, tiny_model: ModelDescription
) -> None:
    """The identical finished export is reused."""
    plan = plan_export(google_clients, tiny_model, None)
    assert (plan.action, plan.place) == ("nothing", tiny_export.place)
    assert export(google_clients, plan, lambda _: None).record == tiny_export.record


def test_a_prefix_with_something_else_in_it_is_refused(
    google_clients: Clients, tiny_model: ModelDescription, bucket: str
) -> None:
    """A prefix that was asked for is never mixed with other objects."""
    google_clients.storage.bucket(bucket).blob("p/other").upload_from_string(b"x")
    with pytest.raises(PreflightError, match="never overwritten"):
        plan_export(google_clients, tiny_model, BucketUri(bucket, "p"))
    below = plan_export(google_clients, tiny_model, BucketUri(bucket, "p"), always_below=True)
    assert str(below.place).startswith(f"gs://{bucket}/p/shop.tiny/")


def test_a_fresh_prefix_is_chosen_when_the_first_is_taken(
    google_clients: Clients, tiny_model: ModelDescription, bucket: str
) -> None:
    """Leftovers of an export that failed do not stop the next one."""
    place = plan_export(google_clients, tiny_model, BucketUri(bucket, "")).place
    google_clients.storage.bucket(bucket).blob(f"{place.prefix}/half").upload_from_string(b"x")
    again = plan_export(google_clients, tiny_model, BucketUri(bucket, "")).place
    assert again.prefix == f"{place.prefix}-2"


def test_an_interrupted_export_goes_on(
    google_clients: Clients, tiny_model: ModelDescription, bucket: str
) -> None:
    """When the job has ended and only our record is missing, only the record is written."""
    destination = BucketUri(bucket, "p")
    export(google_clients, plan_export(google_clients, tiny_model, destination), lambda _: None)
    google_clients.storage.bucket(bucket).blob("p/bqml.json").delete()
    plan = plan_export(google_clients, tiny_model, destination)
    assert plan.action == "record"
    before = list_objects(google_clients, destination)
    export(google_clients, plan, lambda _: None)
    assert [o for o in list_objects(google_clients, destination) if o.path != "bqml.json"] == before


def test_a_lost_answer_makes_no_second_job(
    faulty: Faulty, fault: type[Fault], tiny_model: ModelDescription, bucket: str
) -> None:
    """jobs.insert is sent again under the same id, and the job that is there is waited for."""
    plan = plan_export(faulty.clients, tiny_model, BucketUri(bucket, "p"))
    faulty.bigquery.faults.append(fault(r"POST .*/jobs(\?|$)", after="lost", times=1))
    export(faulty.clients, plan, lambda _: None)
    assert faulty.bigquery.count(r"POST .*/jobs(\?|$)") == 3  # the dry run, the job, once more
    again = plan_export(faulty.clients, tiny_model, BucketUri(bucket, "p"))
    assert (again.action, again.attempt.number) == ("nothing", 0)


def test_the_request_names_format_and_trial(
    google_clients: Clients, tiny_model: ModelDescription, bucket: str
) -> None:
    """What a dry run prints is a complete jobs.insert body."""
    forest = replace(tiny_model, model_type="RANDOM_FOREST_REGRESSOR", trials={1: {}, 3: {}})
    plan = plan_export(google_clients, forest, BucketUri(bucket, "p"), trial_id=3)
    body = request_body(google_clients, plan)
    assert body["configuration"]["extract"] == {
        "destinationFormat": "ML_XGBOOST_BOOSTER",
        "destinationUris": [f"gs://{bucket}/p"],
        "modelExtractOptions": {"trialId": "3"},
        "sourceModel": {"projectId": "local", "datasetId": "shop", "modelId": "tiny"},
    }
    assert body["jobReference"]["location"] == tiny_model.location
