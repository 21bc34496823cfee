"""One `apply`: everything sent by server-side apply, what it sets in motion, what was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from foundation.json_types import JsonObject
from kuberay.cluster import history
from kuberay.cluster._jobs import is_job, send_job
from kuberay.cluster._replica_bounds import carry_over
from kuberay.cluster.changes import Change, bounds_of, change_of
from kuberay.cluster.connection import RAY_API, Cluster
from kuberay.cluster.manifests import is_service, ordered, placed, title
from kuberay.cluster.observation import with_cluster_statuses
from kuberay.cluster.snapshot import Snapshot, snapshot_of
from kuberay.errors import ClusterError

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Delivered:
    """A RayService that was sent.

    `held_open`: the head takes traffic for the time of the switch; `close_head` ends that.
    `revision` is None where nothing differs from the last one in the history.
    """

    manifest: JsonObject
    change: Change
    held_open: bool
    revision: int | None

    @property
    def name(self) -> str:
        return str(self.manifest["metadata"]["name"])

    @property
    def namespace(self) -> str:
        return str(self.manifest["metadata"]["namespace"])


@dataclass(frozen=True, slots=True)
class Delivery:
    """How to send; `tell` gets one line per step.

    With `dry_run` the server checks everything and stores nothing. `force` takes over fields that
    other managers own. `bridge` lets the head take traffic while the Services switch clusters.
    """

    cluster: Cluster
    tell: Tell
    dry_run: bool = False
    force: bool = False
    bridge: bool = False
    note: str = ""

    def send(self, manifests: list[JsonObject], namespace: str | None) -> list[Delivered]:
        """Raises a ClusterError where the server refused an object; those before it were sent."""
        sent = []
        complete = placed(self.cluster, ordered(manifests), namespace)
        new_namespaces = self._new_namespaces(complete)
        for manifest in complete:
            if self.dry_run and manifest["metadata"].get("namespace") in new_namespaces:
                self.tell(f"{title(manifest)}: not judged, the namespace does not exist yet")
            elif is_service(manifest):
                sent.append(self._send_service(manifest, complete))
            elif is_job(manifest):
                done = send_job(self.cluster, manifest, dry_run=self.dry_run)
                self.tell(f"{title(manifest)}: {done}")
            else:
                self.cluster.apply(manifest, dry_run=self.dry_run, force=self.force)
                self.tell(f"{title(manifest)}: {self._done}")
        return sent

    @property
    def _done(self) -> str:
        return "accepted by the server (dry run)" if self.dry_run else "applied"

    def _new_namespaces(self, manifests: list[JsonObject]) -> set[str]:
        names = {m["metadata"]["name"] for m in manifests if m["kind"] == "Namespace"}
        return {name for name in names if not self.cluster.get("v1", "Namespace", name, "")}

    def _send_service(self, manifest: JsonObject, all_manifests: list[JsonObject]) -> Delivered:
        name, namespace = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
        before = self.cluster.get(RAY_API, "RayService", name, namespace)
        found = snapshot_of(with_cluster_statuses(self.cluster, before)) if before else None
        # With the server's defaults, so that it compares with the stored one.
        wanted = self.cluster.apply(manifest, dry_run=True, force=self.force)["spec"]
        change = change_of((before or {}).get("spec"), wanted)
        for sentence in change.sentences():
            self.tell(f"RayService/{name}: {sentence}")
        self._tell_growth(found, change, manifest)
        needs_bridge = _needs_bridge(found, change, manifest["spec"])
        held_open = self.bridge and not self.dry_run and needs_bridge
        first = manifest
        if held_open:
            spec = {**manifest["spec"], "excludeHeadPodFromServeSvc": False}
            first = {**manifest, "spec": spec}
            self.tell(f"RayService/{name}: the head takes traffic too until the switch is over")
        elif needs_bridge:
            self.tell(
                f"RayService/{name}: at the switch the Service has no endpoint for up to 4 s, as "
                "the head is excluded; `apply --wait` bridges that"
            )
        stored = self.cluster.apply(first, dry_run=self.dry_run, force=self.force)
        self.tell(f"{title(manifest)}: {self._done}")
        if self.dry_run:
            return Delivered(manifest, change, held_open, None)
        self._carry_bounds(found, change, stored)
        return Delivered(manifest, change, held_open, self._record(stored, all_manifests))

    def _record(self, stored: JsonObject, manifests: list[JsonObject]) -> int | None:
        name = stored["metadata"]["name"]
        try:
            revision = history.record(self.cluster, stored, manifests, note=self.note)
        except ClusterError as exc:  # the service is applied: this is no reason to fail
            self.tell(f"RayService/{name}: not recorded, `rollback` will not know it: {exc}")
            return None
        if revision is not None:
            self.tell(f"RayService/{name}: recorded as revision {revision}")
        return revision

    def _carry_bounds(self, before: Snapshot | None, change: Change, stored: JsonObject) -> None:
        if before is None or before.active is None or before.pending or change.new_cluster:
            return  # a new cluster reads the bounds when it is made
        running, metadata = before.active.name, stored["metadata"]
        wanted = bounds_of(stored["spec"])
        groups = carry_over(self.cluster, metadata["namespace"], running, wanted)
        if groups:
            self.tell(f"RayCluster/{running}: new bounds for {', '.join(groups)}")

    def _tell_growth(self, before: Snapshot | None, change: Change, manifest: JsonObject) -> None:
        active = before.active if before else None
        if not change.new_cluster or active is None:
            return
        groups = manifest["spec"]["rayClusterConfig"].get("workerGroupSpecs") or ()
        start = sum(max(g.get("replicas", 0), g.get("minReplicas", 0)) for g in groups)
        if active.desired_workers > start:
            self.tell(
                f"RayService/{manifest['metadata']['name']}: the new cluster starts with {start} "
                f"workers, the old one has {active.desired_workers}: raise minReplicas for the "
                "rollout if the load needs them"
            )

    def close_head(self, delivered: Delivered) -> None:
        self.cluster.apply(delivered.manifest, dry_run=False, force=self.force)
        self.tell(f"RayService/{delivered.name}: the head is out of the serve Service again")


def _needs_bridge(before: Snapshot | None, change: Change, spec: JsonObject) -> bool:
    if before is None or before.active is None:
        return False  # nothing serves yet
    strategy = (spec.get("upgradeStrategy") or {}).get("type", "NewCluster")
    is_excluded = spec.get("excludeHeadPodFromServeSvc") is True
    is_ahead = change.new_cluster or before.pending is not None
    return is_ahead and is_excluded and strategy == "NewCluster"
