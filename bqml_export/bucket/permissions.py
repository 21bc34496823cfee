"""What the account may do in a bucket, asked before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.errors import NotFoundError
from bqml_export.foreign_errors import foreign_errors
from bqml_export.permissions import OBJECTS_CREATE, OBJECTS_GET, OBJECTS_LIST

if TYPE_CHECKING:
    from bqml_export.clients import Clients

_NEEDED = (OBJECTS_CREATE, OBJECTS_GET, OBJECTS_LIST)


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
