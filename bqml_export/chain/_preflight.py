"""Everything that would make an export fail, found out together before a job is spent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bqml_export.bucket.readiness import missing_permissions, require_bucket
from bqml_export.bucket.uri import BucketUri
from bqml_export.clients import Clients
from bqml_export.errors import (
    AccessDeniedError,
    NotFoundError,
    NotSupportedError,
    PreflightError,
    QueryError,
    StorageError,
    UsageError,
)
from bqml_export.permissions import OBJECTS_CREATE, grant_hint
from bqml_export.warehouse.description import ModelDescription
from bqml_export.warehouse.exportability import obstacles, trial_obstacle
from foundation.errors import BqmlError


@dataclass(slots=True)
class Findings:
    """The problems that were found so far."""

    problems: list[BqmlError] = field(default_factory=list)

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Runs a check; what it finds is kept and the next check goes on.

        Only what the user can put right is a finding: a service that does not answer is an error.
        """
        try:
            yield
        except PreflightError as exc:
            self.problems += exc.problems
        except (UsageError, QueryError, StorageError) as exc:
            self.problems.append(exc)

    def require_none(self, what: str) -> None:
        """Raises PreflightError with every problem that was found."""
        if self.problems:
            raise PreflightError(what, self.problems)


def check_model(
    findings: Findings, clients: Clients, model: ModelDescription, trial_id: int | None
) -> None:
    """Finds what is wrong with the model: its type, its features, the trial, the location."""
    for obstacle in (*obstacles(model), *trial_obstacle(model, trial_id)):
        findings.problems.append(
            NotSupportedError(
                f"model {model.reference} cannot be exported: {obstacle.message}",
                hint=obstacle.hint,
            )
        )
    if clients.location and clients.location.lower() != model.location.lower():
        findings.problems.append(
            UsageError(
                f"model {model.reference} is in {model.location}, not in {clients.location}",
                hint=f"leave --location out, or give --location {model.location}",
            )
        )


@dataclass(frozen=True, slots=True)
class BucketCheck:
    """What is known about the bucket of an export."""

    exists: bool
    """False where it is missing and will be made, in the embedded project only."""
    readable: bool
    """Whether the objects in it can be listed and read."""
    unwritable: Sequence[BqmlError] = ()
    """Why no object can be created in it, which an export that is finished does not need."""


def check_bucket(
    findings: Findings, clients: Clients, place: BucketUri, location: str | None
) -> BucketCheck:
    """Finds what is wrong with the bucket: its absence, its location, permissions in it.

    Where the model is, `location`, may not be known.
    """
    exists = True
    try:
        exists = require_bucket(clients, place.bucket, location)
    except NotFoundError as exc:
        findings.problems.append(exc)
        return BucketCheck(exists=False, readable=False)
    except UsageError as exc:  # it is somewhere else, and what else is wrong with it counts too
        findings.problems.append(exc)
    if not exists:
        return BucketCheck(exists=False, readable=True)
    missing: list[str] = []
    with findings.collect():
        missing = missing_permissions(clients, place.bucket)
    lacks = {
        permission: AccessDeniedError(
            f"the account lacks {permission} on bucket {place.bucket}", hint=grant_hint(permission)
        )
        for permission in missing
    }
    unwritable = [lacks.pop(OBJECTS_CREATE)] if OBJECTS_CREATE in lacks else []
    findings.problems += lacks.values()
    return BucketCheck(exists=True, readable=not lacks, unwritable=unwritable)


def require_ready_bucket(clients: Clients, place: BucketUri, location: str) -> None:
    """Refuses a bucket that is missing, is not at `location`, or lacks a permission."""
    findings = Findings()
    findings.problems += check_bucket(findings, clients, place, location).unwritable
    findings.require_none(f"an export to {place}")
