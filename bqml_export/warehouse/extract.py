"""Extracting: BigQuery writes a model's files below a prefix of Cloud Storage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from google.cloud import bigquery

from bqml_export.errors import DuplicateError
from bqml_export.foreign_errors import foreign_errors
from bqml_export.warehouse.exportability import destination_format
from bqml_export.warehouse.jobs import Attempt, Job, Report, base_id, latest_attempt, wait

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from bqml_export.json_types import JsonObject
    from bqml_export.warehouse.description import ModelDescription


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """One model, or one of its trials, on its way to one prefix."""

    model: ModelDescription
    trial_id: int | None
    destination_uri: str

    def statement(self) -> str:
        """Returns the SQL that says the same."""
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
    """Returns the body of the jobs.insert call that `extract` would make."""
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

    Raises:
        JobError: The job ended with an error.
    """
    job = attempt.job if attempt.running else _send(clients, extraction, attempt.next_job_id)
    assert job is not None
    report(f"exporting {extraction.model.reference} to {extraction.destination_uri}")
    wait(clients, job, lambda _: None)
    return str(job.job_id)


def _send(clients: Clients, extraction: Extraction, job_id: str) -> Job:
    try:
        with foreign_errors(f"sending job {job_id}"):
            return clients.bigquery.extract_table(
                _source(extraction.model),
                extraction.destination_uri,
                source_type="Model",
                job_id=job_id,
                location=extraction.model.location,
                job_config=_config(extraction),
                retry=clients.bigquery_retry,
                timeout=clients.call_timeout_s,
            )
    except DuplicateError:
        # The answer to an earlier try of this call was lost: the job is there.
        with foreign_errors(f"reading job {job_id}"):
            return clients.bigquery.get_job(
                job_id,
                location=extraction.model.location,
                retry=clients.bigquery_retry,
                timeout=clients.call_timeout_s,
            )


def _source(model: ModelDescription) -> bigquery.ModelReference:
    return bigquery.ModelReference.from_string(str(model.reference))


def _config(extraction: Extraction) -> bigquery.ExtractJobConfig:
    options: JsonObject = {"destinationFormat": destination_format(extraction.model.model_type)}
    if extraction.trial_id is not None:
        options["modelExtractOptions"] = {"trialId": str(extraction.trial_id)}
    # The library's ExtractJobConfig has no property for modelExtractOptions.
    return bigquery.ExtractJobConfig.from_api_repr(
        {"extract": options, "labels": {"made_by": "bqml_export"}}
    )
