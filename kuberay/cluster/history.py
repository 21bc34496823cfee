"""What was applied before: one immutable ConfigMap per revision, beside the RayService.

`<name>-revision-<n>` holds all manifests of one `apply`, compressed; it belongs to the RayService
and goes with it. ConfigMaps, because who may apply manifests may write those; never Secrets, whose
content is left out, and never Jobs: going back must not start a load test again.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from foundation.json_types import JsonObject
from kuberay.cluster.connection import Cluster
from kuberay.errors import MissingError, RefusedError

SERVICE_LABEL = "kuberay.bqml/rayservice"
REVISION_LABEL = "kuberay.bqml/revision"
KEPT = 10
_LEFT_OUT = ("Secret", "Job")
_CONTENT = "manifests.json.gz"
_MOST_BYTES = 900_000  # an object may have 1 MiB


@dataclass(frozen=True, slots=True)
class Revision:
    """One applied set of manifests."""

    number: int
    digest: str
    applied_at: str
    note: str
    manifests: tuple[JsonObject, ...]


def revisions(cluster: Cluster, namespace: str, service: str) -> list[Revision]:
    labels = f"{SERVICE_LABEL}={service}"
    found = [_revision(m) for m in cluster.find("v1", "ConfigMap", namespace, labels=labels)]
    return sorted(found, key=lambda revision: revision.number)


def record(
    cluster: Cluster, service: JsonObject, manifests: list[JsonObject], *, note: str = ""
) -> int | None:
    """None where nothing differs from the last one; a RefusedError where all is too large."""
    namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
    kept = [manifest for manifest in manifests if manifest["kind"] not in _LEFT_OUT]
    content = json.dumps(kept, sort_keys=True).encode()
    digest = hashlib.sha256(content).hexdigest()
    known = revisions(cluster, namespace, name)
    if known and known[-1].digest == digest:
        return None
    number = known[-1].number + 1 if known else 1
    packed = gzip.compress(content, mtime=0)
    if len(packed) > _MOST_BYTES:
        raise RefusedError(f"the manifests of {name} are too large to be recorded for `rollback`")
    data = {"digest": digest, "applied-at": datetime.now(UTC).isoformat(timespec="seconds")}
    cluster.create(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": _metadata(service, number),
            "immutable": True,
            "data": {**data, "note": note},
            "binaryData": {_CONTENT: base64.b64encode(packed).decode()},
        }
    )
    for old in known[: max(len(known) + 1 - KEPT, 0)]:
        cluster.delete("v1", "ConfigMap", _name(name, old.number), namespace)
    return number


def chosen(found: list[Revision], service: str, number: int | None) -> Revision:
    """The revision of this number, or else the newest that differs from the current one."""
    hint = "`rollback --list` shows what is recorded; only `apply` records"
    if number is not None:
        for revision in found:
            if revision.number == number:
                return revision
        raise MissingError(f"RayService/{service} has no revision {number}", hint=hint)
    earlier = [revision for revision in found if revision.digest != found[-1].digest]
    if not earlier:
        raise MissingError(f"RayService/{service} has no earlier revision", hint=hint)
    return earlier[-1]


def _metadata(service: JsonObject, number: int) -> JsonObject:
    metadata = service["metadata"]
    name = metadata["name"]
    owner = {
        "apiVersion": service["apiVersion"],
        "kind": service["kind"],
        "name": name,
        "uid": metadata["uid"],
    }
    return {
        "name": _name(name, number),
        "namespace": metadata["namespace"],
        "labels": {SERVICE_LABEL: name, REVISION_LABEL: str(number)},
        "ownerReferences": [owner],
    }


def _name(service: str, number: int) -> str:
    return f"{service}-revision-{number}"


def _revision(config_map: JsonObject) -> Revision:
    data = config_map.get("data") or {}
    packed = base64.b64decode((config_map.get("binaryData") or {}).get(_CONTENT, ""))
    manifests = json.loads(gzip.decompress(packed)) if packed else []
    labels = config_map["metadata"].get("labels") or {}
    return Revision(
        int(labels.get(REVISION_LABEL, "0")),
        str(data.get("digest", "")),
        str(data.get("applied-at", "")),
        str(data.get("note", "")),
        tuple(manifests),
    )
