"""What is refused, by name and in Google's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from google.cloud import storage

    from bqml_export.embedded.services import Endpoints


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "nope", 404, "is not part of the embedded Cloud Storage"),
        ("PUT", "b", 405, "only GET, POST"),
        ("OPTIONS", "b", 405, "OPTIONS"),
        ("POST", "b/x/notificationConfigs", 400, "does not support Pub/Sub notifications"),
        ("GET", "projects/p/hmacKeys", 400, "does not support HMAC keys"),
        ("POST", "b/x/managedFolders", 400, "does not support managed folders"),
        ("POST", "b/x/folders", 400, "does not support folders"),
        ("POST", "b/x/o/y/acl", 400, "does not support changing single entries of an ACL"),
        ("POST", "b/x/lockRetentionPolicy", 400, "does not support locked retention policies"),
        ("GET", "b/x/anywhereCaches", 400, "does not support Anywhere Cache"),
    ],
)
def test_what_is_not_there_says_so(
    services: Endpoints, method: str, path: str, status: int, words: str
) -> None:
    """Never a 5xx, which Google's clients repeat for minutes."""
    link = f"{services.storage_url}/storage/v1/{path}"
    answer = requests.request(method, link, timeout=30)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, status)
    assert words in error["message"]
    assert error["errors"][0]["message"] == error["message"]


def test_lists_of_what_there_cannot_be_are_empty(
    services: Endpoints, bucket: storage.Bucket
) -> None:
    """Command lines ask for them on their way to something else."""
    assert list(bucket.list_notifications()) == []
    for kind in ("folders", "managedFolders"):
        link = f"{services.storage_url}/storage/v1/b/{bucket.name}/{kind}"
        assert requests.get(link, timeout=30).json()["items"] == []
    assert "@" in bucket.client.get_service_account_email()


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ("items(name,size),nextPageToken", {"name", "size"}),
        ("items/name", {"name"}),
        ("items(name, metadata/k)", {"name", "metadata"}),
    ],
)
def test_only_the_fields_that_were_asked_for_come(
    services: Endpoints, bucket: storage.Bucket, fields: str, keys: set[str]
) -> None:
    """Partial responses, nested ones too."""
    blob = bucket.blob("x")
    blob.metadata = {"k": "v", "w": "z"}
    blob.upload_from_string("1")
    link = f"{services.storage_url}/storage/v1/b/{bucket.name}/o"
    (item,) = requests.get(link, {"fields": fields}, timeout=30).json()["items"]
    assert set(item) == keys
    assert item.get("metadata", {"k": "v"}) == {"k": "v"}
    wrong = requests.get(link, {"fields": "items(name"}, timeout=30)
    assert wrong.status_code == 400
