"""The history server's collector: what it cannot start without, and what is the operator's."""

from __future__ import annotations

from collections.abc import Mapping

from kuberay.validate.manifest.node import Node
from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, error

HISTORY_SERVER = error(
    "operator/history-server",
    "collectorOptions with an image, a literal STORAGE_BACKEND and what that backend needs",
    "The operator refuses a collector that could not start.", "complete collectorOptions",
)  # fmt: skip
COLLECTORS_OWN = error(
    "operator/history-server-reserved",
    "no container ray-history-collector, and no variable that the operator gives the collector",
    "The operator adds them itself, and refuses a second one.", "delete or rename it",
)  # fmt: skip

_CONTAINER = "ray-history-collector"
_RESERVED = (
    "POD_IP", "FQ_RAY_IP", "RAY_CLUSTER_NAME", "RAY_CLUSTER_NAMESPACE", "RAY_ROLE", "OWNER_KIND",
    "OWNER_NAME", "EVENTS_PORT",
)  # fmt: skip
_CONNECTION, _ACCOUNT = "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT_URL"
_NEEDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "GCS": (("GCS_BUCKET",),),
    "S3": (("S3_REGION",),),
    "ALIYUNOSS": (("OSS_BUCKET",), ("OSS_ENDPOINT",), ("OSS_REGION",)),
}
"""Variables that a backend needs, each with what will do instead."""
_AZURE_NEEDS = {
    "connection_string": (_CONNECTION,), "workload_identity": (_ACCOUNT,), "default": (_ACCOUNT,),
}  # fmt: skip


def check(service: RayService) -> Findings:
    for group in service.groups:
        for name in group.pod.each("containers[].name"):
            if name.text == _CONTAINER:
                yield COLLECTORS_OWN.at(name)
    collector = service.cluster["historyServerOptions"]["collectorOptions"]
    if not collector["image"].text:
        yield HISTORY_SERVER.at(collector["image"])
    entries = {entry["name"].text: entry for entry in collector["env"].items}
    for reserved in _RESERVED:
        if reserved in entries:
            yield COLLECTORS_OWN.at(entries[reserved], reserved)
    backend = entries["STORAGE_BACKEND"]["value"].text if "STORAGE_BACKEND" in entries else ""
    if not backend:
        yield HISTORY_SERVER.at(collector["env"], "no literal STORAGE_BACKEND")
    for choices in _needs(backend.upper(), entries):
        if not any(_has_value(entries, choice) for choice in choices):
            came = f"STORAGE_BACKEND {backend} without {' or '.join(choices)}"
            yield HISTORY_SERVER.at(collector["env"], came)


def _needs(backend: str, entries: Mapping[str, Node]) -> tuple[tuple[str, ...], ...]:
    if backend != "AZUREBLOB":
        return _NEEDS.get(backend, ())
    mode = entries.get("AZURE_STORAGE_AUTH_MODE")
    word = mode["value"].text.strip().lower() if mode else ""
    return (_AZURE_NEEDS.get(word, (_CONNECTION, _ACCOUNT)),)


def _has_value(entries: Mapping[str, Node], name: str) -> bool:
    entry = entries.get(name)
    return entry is not None and bool(entry["value"].text or entry["valueFrom"])
