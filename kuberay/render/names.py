"""The names and labels that the objects know each other by, and the frame of every object."""

from __future__ import annotations

from dataclasses import dataclass

from kuberay.render.commented import Object, Tree
from kuberay.settings import DeployFile

INSTANCE = "app.kubernetes.io/instance"
COMPONENT = "app.kubernetes.io/component"
HEAD, WORKER, REDIS = "head", "worker", "redis"
LOADTEST_MASTER, LOADTEST_WORKER = "loadtest-master", "loadtest-worker"
_MANAGED_BY = "bqml-kuberay"


@dataclass(frozen=True, slots=True)
class Names:
    """Every name that more than one object mentions."""

    instance: str
    namespace: str

    @classmethod
    def of(cls, deploy: DeployFile) -> Names:
        return cls(deploy.name, deploy.namespace)

    @property
    def serve_service(self) -> str:
        """The Service for predictions; KubeRay makes it, and keeps it through upgrades."""
        return f"{self.instance}-serve-svc"

    @property
    def head_service(self) -> str:
        """The Service of Ray's dashboard; KubeRay makes it."""
        return f"{self.instance}-head-svc"

    @property
    def head_account(self) -> str:
        """ServiceAccount of the head; KubeRay binds the autoscaler's rights to it."""
        return f"{self.instance}-head"

    @property
    def worker_account(self) -> str:
        """ServiceAccount of the workers; it may read models, and nothing in the cluster."""
        return f"{self.instance}-worker"

    @property
    def redis(self) -> str:
        return f"{self.instance}-redis"

    @property
    def loadtest(self) -> str:
        return f"{self.instance}-loadtest"

    def host(self, service: str) -> str:
        """The name under which pods of any namespace find a Service."""
        return f"{service}.{self.namespace}.svc"

    def labels(self, component: str) -> Object:
        return {INSTANCE: self.instance, COMPONENT: component}

    @property
    def ray_pods(self) -> Object:
        """The selector of the head and the workers, of old and new cluster alike."""
        return {
            "matchLabels": {INSTANCE: self.instance},
            "matchExpressions": [{"key": COMPONENT, "operator": "In", "values": [HEAD, WORKER]}],
        }

    def object(
        self,
        kind: str,
        name: str = "",
        component: str = "",
        *,
        labels: Object | None = None,
        annotations: Tree = None,
        **body: Tree,
    ) -> Object:
        """Makes a namespaced object; `kind` is apiVersion and kind, as `apps/v1 StatefulSet`.

        Without a `name` it has the service's own, without a `component` it belongs to the whole.
        """
        api_version, _, kind_name = kind.partition(" ")
        marks: Object = {INSTANCE: self.instance, **({COMPONENT: component} if component else {})}
        marks |= {"app.kubernetes.io/managed-by": _MANAGED_BY, **(labels or {})}
        metadata: Object = {"name": name or self.instance, "namespace": self.namespace}
        metadata |= {"labels": marks, **({"annotations": annotations} if annotations else {})}
        return {"apiVersion": api_version, "kind": kind_name, "metadata": metadata, **body}
