"""Whether BigQuery would take the export, asked with a dry run, which is free and makes no job.

Models have no testIamPermissions. A dry run of EXPORT MODEL is refused like the export itself, and
the refusal names the permission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.cloud import bigquery

from bqml_export.errors import (
    AccessDeniedError,
    InvalidQueryError,
    NotFoundError,
    NotSupportedError,
)
from bqml_export.foreign_errors import foreign_errors
from bqml_export.permissions import JOBS_CREATE, MODEL_EXPORT, grant_hint, named_permissions

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from bqml_export.warehouse.extract import Extraction


def require_permission(clients: Clients, extraction: Extraction) -> None:
    """Returns when the account may create jobs and export the model.

    Raises:
        AccessDeniedError: It may not; the error names the permission and the role that has it.
        NotSupportedError: BigQuery says that the model cannot be exported.
    """
    model = extraction.model
    config = bigquery.QueryJobConfig(dry_run=True, use_legacy_sql=False)
    try:
        with foreign_errors(f"checking the export of {model.reference}"):
            clients.bigquery.query(
                extraction.statement(),
                job_config=config,
                location=model.location,
                retry=clients.bigquery_retry,
                job_retry=None,
                timeout=clients.call_timeout_s,
            )
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
