"""Google Cloud's permissions that this tool needs, and the smallest role that has each."""

from __future__ import annotations

import re

MODEL_METADATA = "bigquery.models.getMetadata"
MODEL_EXPORT = "bigquery.models.export"
JOBS_CREATE = "bigquery.jobs.create"
OBJECTS_CREATE = "storage.objects.create"
OBJECTS_GET = "storage.objects.get"
OBJECTS_LIST = "storage.objects.list"

_ROLES = {
    MODEL_METADATA: "roles/bigquery.dataViewer on the dataset",
    MODEL_EXPORT: "roles/bigquery.dataViewer on the dataset",
    "bigquery.models.create": "roles/bigquery.dataEditor on the dataset",
    "bigquery.models.getData": "roles/bigquery.dataViewer on the dataset",
    "bigquery.models.updateData": "roles/bigquery.dataEditor on the dataset",
    "bigquery.datasets.get": "roles/bigquery.metadataViewer on the dataset",
    "bigquery.tables.getData": "roles/bigquery.dataViewer on the tables of the query",
    JOBS_CREATE: "roles/bigquery.jobUser on the project",
    OBJECTS_CREATE: "roles/storage.objectUser on the bucket",
    OBJECTS_GET: "roles/storage.objectUser on the bucket",
    OBJECTS_LIST: "roles/storage.objectUser on the bucket",
    "storage.buckets.create": "roles/storage.admin on the project",
    "storage.buckets.get": "roles/storage.legacyBucketReader on the bucket",
}
_NAMED = re.compile(r"\b(?:bigquery|storage)\.[a-zA-Z]+\.[a-zA-Z]+\b")


def named_permissions(message: str) -> list[str]:
    """Returns the permissions that an error message of Google names, each once."""
    return list(dict.fromkeys(_NAMED.findall(message)))


def grant_hint(permission: str) -> str:
    role = _ROLES.get(permission)
    return f"ask for {role}" if role else f"ask for a role with {permission}"
