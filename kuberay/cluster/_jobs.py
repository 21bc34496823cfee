"""Jobs: runs, not states. One that runs is left alone; one that cannot change is made anew.

The template of a Job is immutable, even before it has run: with the next image the API server would
refuse the whole manifest.
"""

from __future__ import annotations

from foundation.json_types import JsonObject
from kuberay.cluster._conditions import holds
from kuberay.cluster.connection import Cluster
from kuberay.errors import RefusedError

BATCH_API = "batch/v1"


def is_job(manifest: JsonObject) -> bool:
    return manifest.get("kind") == "Job" and manifest.get("apiVersion") == BATCH_API


def send_job(cluster: Cluster, manifest: JsonObject, *, dry_run: bool) -> str:
    name, namespace = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
    before = cluster.get(BATCH_API, "Job", name, namespace)
    has_ended = before is not None and holds(before.get("status"), "Complete", "Failed")
    if before and not has_ended and not (before.get("spec") or {}).get("suspend"):
        return "runs at the moment, left as it is"
    again = has_ended and not manifest["spec"].get("suspend")
    if not again:
        try:
            # Whoever suspended or resumed it by hand owns that field, and has had their way.
            cluster.apply(manifest, dry_run=dry_run, force=True)
        except RefusedError as exc:
            if before is None or "immutable" not in exc.message:
                raise
        else:
            return "accepted by the server (dry run)" if dry_run else "applied"
    reason = "it has ended" if again else "its template has changed"
    if dry_run:
        return f"would be made anew: {reason}"
    cluster.delete(BATCH_API, "Job", name, namespace)
    cluster.apply(manifest, dry_run=False, force=True)
    return f"made anew: {reason}"
