"""Extracting: BigQuery writes a model's files below a prefix of Cloud Storage."""

from __future__ import annotations

import json
from dataclasses import dataclass

from google.cloud import bigquery

from bqml_export.clients import Clients
from bqml_export.errors import (
    AccessDeniedError,
    InvalidQueryError,
    NotFoundError,
    NotSupportedError,
)
from bqml_export.permissions import JOBS_CREATE, MODEL_EXPORT, grant_hint, named_permissions
from bqml_export.warehouse.description import ModelDescription
from bqml_export.warehouse.exportability import destination_format
from bqml_export.warehouse.jobs import Attempt, Report, base_id, latest_attempt, send_once, wait
from bqml_export.warehouse.query import LABELS, send_query
from foundation.json_types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """One model, or one of its trials, on its way to one prefix."""

    model: ModelDescription
    trial_id: int | None
    destination_uri: str

    def statement(self) -> str:
        options = [f"URI={json.dumps(self.destination_uri, ensure_ascii=False)}"]
        if self.trial_id is not None:
            options.append(f"TRIAL_ID={self.trial_id}")
        return f"EXPORT MODEL `{self.model.reference}` OPTIONS({', '.join(options)})"


def latest_extraction(clients: Clients, extraction: Extraction) -> Attempt:
    """Returns the last job that extracted this very model to this very prefix."""
    base = base_id(
        "extract",
        extraction.model.reference,
        extraction.model.etag,
        extraction.trial_id,
        extraction.destination_uri,
    )
    return latest_attempt(clients, base, extraction.model.location)


def request_body(clients: Clients, extraction: Extraction, job_id: str) -> JsonObject:
    reference = bigquery.job._JobReference(  # noqa: SLF001 - as Client.extract_table builds it
        job_id, clients.project, extraction.model.location
    )
    job = bigquery.ExtractJob(
        reference,
        _source(extraction.model),
        [extraction.destination_uri],
        clients.bigquery,
        _config(extraction),
    )
    body: JsonObject = job.to_api_repr()
    return body


def extract(clients: Clients, extraction: Extraction, attempt: Attempt, report: Report) -> str:
    """Returns the id of the job after it has written every file.

    A job that runs already is waited for; otherwise one is sent.
    """
    job_id, location = attempt.next_job_id, extraction.model.location
    job = attempt.job if attempt.running else None
    job = job or send_once(
        clients,
        job_id,
        location,
        lambda: clients.bigquery.extract_table(
            _source(extraction.model),
            extraction.destination_uri,
            source_type="Model",
            job_id=job_id,
            location=location,
            job_config=_config(extraction),
            **clients.bigquery_call,
        ),
    )
    report(f"exporting {extraction.model.reference} to {extraction.destination_uri}")
    wait(clients, job, lambda _: None)
    return str(job.job_id)


def _source(model: ModelDescription) -> bigquery.ModelReference:
    return bigquery.ModelReference.from_string(str(model.reference))


def _config(extraction: Extraction) -> bigquery.ExtractJobConfig:
    options: JsonObject = {"destinationFormat": destination_format(extraction.model.model_type)}
    if extraction.trial_id is not None:
        options["modelExtractOptions"] = {"trialId": str(extraction.trial_id)}
    # The library's ExtractJobConfig has no property for modelExtractOptions.
    return bigquery.ExtractJobConfig.from_api_repr({"extract": options, "labels": LABELS})


def require_permission(clients: Clients, extraction: Extraction) -> None:
    """Returns when the account may create jobs and export the model.

    Models have no testIamPermissions. A dry run of EXPORT MODEL is free, makes no job and is
    refused like the export itself; the refusal names the permission.
    """
    model = extraction.model
    config = bigquery.QueryJobConfig(dry_run=True, use_legacy_sql=False)
    doing = f"checking the export of {model.reference}"
    try:
        send_query(clients, extraction.statement(), config, doing=doing, location=model.location)
    except AccessDeniedError as exc:
        raise _denied(exc, str(model.reference), clients.project) from exc
    except (InvalidQueryError, NotFoundError) as exc:
        if "not exportable" in exc.message:
            raise NotSupportedError(exc.message) from exc
        # Whatever else a dry run has to say against the statement, the job will say better.


def _denied(exc: AccessDeniedError, model: str, project: str) -> AccessDeniedError:
    named = named_permissions(exc.message)
    about_model = "Model" in exc.message.partition("Access Denied:")[2]
    permission = named[0] if named else MODEL_EXPORT if about_model else JOBS_CREATE
    where = f"project {project}" if permission == JOBS_CREATE else f"model {model}"
    return AccessDeniedError(
        f"the account lacks {permission} on {where}", hint=grant_hint(permission)
    )
