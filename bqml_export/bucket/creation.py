"""Creating a bucket for exports, once."""

from __future__ import annotations

from dataclasses import dataclass

from google.cloud import storage

from bqml_export.bucket.readiness import read_bucket
from bqml_export.bucket.uri import require_bucket_name
from bqml_export.clients import Clients
from bqml_export.errors import AccessDeniedError, DuplicateError, NotFoundError, UsageError
from bqml_export.foreign_errors import foreign_errors
from foundation.json_types import JsonObject

_TAKEN = "bucket names are shared by everybody: choose another one, for example with your project"


@dataclass(frozen=True, slots=True)
class BucketPlan:
    """The bucket that is wanted; `exists` if it is there already, where it should be and ours."""

    name: str
    location: str
    exists: bool


def plan_bucket(clients: Clients, name: str, location: str) -> BucketPlan:
    """Returns what creating the bucket needs now; nothing is sent.

    UsageError: the name is not one, is taken, or names a bucket somewhere else.
    """
    require_bucket_name(name)
    try:
        bucket = read_bucket(clients, name)
    except NotFoundError:
        return BucketPlan(name, location.upper(), exists=False)
    except AccessDeniedError as exc:
        raise UsageError(
            f"bucket {name} is somebody else's, or this account may not read it", hint=_TAKEN
        ) from exc
    _require_the_same(clients, bucket, location)
    return BucketPlan(name, str(bucket.location), exists=True)


def _require_the_same(clients: Clients, bucket: storage.Bucket, location: str) -> None:
    if str(bucket.location).lower() != location.lower():
        raise UsageError(
            f"bucket {bucket.name} exists in {bucket.location}, not in {location.upper()}, "
            "and a bucket never moves",
            hint="choose another name",
        )
    if not _in_project(clients, bucket.name):
        raise UsageError(
            f"bucket {bucket.name} exists and belongs to another project than {clients.project}",
            hint=f"export to it as it is, --to gs://{bucket.name}, or choose another name",
        )


def _in_project(clients: Clients, name: str) -> bool:
    try:
        with foreign_errors(f"listing the buckets of project {clients.project}"):
            found = clients.storage.list_buckets(prefix=name, **clients.storage_call)
            return any(bucket.name == name for bucket in found)
    except AccessDeniedError:
        return True  # it can be read, which is all that an export needs


def request_body(plan: BucketPlan, project: str) -> JsonObject:
    """Returns what buckets.insert is sent: access is decided by the bucket alone, not by object."""
    access = {"uniformBucketLevelAccess": {"enabled": True}}
    body = {"name": plan.name, "location": plan.location, "iamConfiguration": access}
    return {"project": project, "body": body}


def create_bucket(clients: Clients, plan: BucketPlan) -> BucketPlan:
    """Does what the plan says; UsageError if somebody else took the name meanwhile."""
    if plan.exists:
        return plan
    bucket = clients.storage.bucket(plan.name)
    bucket.iam_configuration.uniform_bucket_level_access_enabled = True
    try:
        with foreign_errors(f"creating bucket {plan.name}"):
            bucket.create(location=plan.location, **clients.storage_call)
    except DuplicateError as exc:
        # The answer to an earlier try of this call was lost, or the name is not to be had.
        again = plan_bucket(clients, plan.name, plan.location)
        if not again.exists:
            raise UsageError(f"the bucket name {plan.name} is not available", hint=_TAKEN) from exc
        return again
    return BucketPlan(plan.name, plan.location, exists=True)
