"""Whether a bucket can take an export: where it is, and what the account may do in it."""

from __future__ import annotations

from google.cloud import storage

from bqml_export.clients import Clients
from bqml_export.errors import AccessDeniedError, NotFoundError, UsageError
from bqml_export.foreign_errors import foreign_errors
from bqml_export.permissions import OBJECTS_CREATE, OBJECTS_GET, OBJECTS_LIST

_NEEDED = (OBJECTS_CREATE, OBJECTS_GET, OBJECTS_LIST)


def read_bucket(clients: Clients, name: str) -> storage.Bucket:
    with foreign_errors(f"reading bucket {name}"):
        return clients.storage.get_bucket(name, **clients.storage_call)


def require_bucket(clients: Clients, name: str, model_location: str | None) -> bool:
    """Returns whether the bucket exists, once a model at `model_location` may be exported to it.

    Where the model is may be unknown: None. Then only the bucket's absence is found out.
    It is False in the embedded project only, where a missing bucket will be made.
    """
    try:
        bucket = read_bucket(clients, name)
    except AccessDeniedError:
        # roles/storage.objectAdmin may write to a bucket but not ask where it is.
        return True
    except NotFoundError as exc:
        if clients.owns_project:
            return False
        hint = _create_hint(name, model_location)
        raise NotFoundError(f"bucket {name} does not exist", hint=hint) from exc
    if model_location and not _holds(bucket, model_location):
        raise UsageError(
            f"bucket {name} is in {bucket.location} and the model is in {model_location}: "
            "BigQuery exports only within one location",
            hint=_create_hint("NEW", model_location),
        )
    return True


def _create_hint(name: str, location: str | None) -> str:
    return f"bqml-export bucket create {name} --location {location or 'LOCATION'}"


def _holds(bucket: storage.Bucket, model_location: str) -> bool:
    """Returns False only where BigQuery is certain to refuse.

    Which regions a predefined dual-region consists of is for BigQuery to say.
    """
    if str(bucket.location_type or "").lower() == "dual-region":
        regions = [str(region).lower() for region in bucket.data_locations or ()]
        return not regions or model_location.lower() in regions
    return str(bucket.location or "").lower() == model_location.lower()


def missing_permissions(clients: Clients, bucket: str) -> list[str]:
    """Returns which of storage.objects.create, get and list the account does not have.

    It asks buckets.testIamPermissions, which everybody may.
    """
    try:
        with foreign_errors(f"asking for permissions on bucket {bucket}"):
            granted = clients.storage.bucket(bucket).test_iam_permissions(
                list(_NEEDED), **clients.storage_call
            )
    except NotFoundError:
        # Some emulators have no such call; a bucket that is missing is found out by its location.
        return []
    return [permission for permission in _NEEDED if permission not in granted]
