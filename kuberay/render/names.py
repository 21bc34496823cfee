"""The names and labels that the objects know each other by."""

from __future__ import annotations

from dataclasses import dataclass

from kuberay.render.commented import Object
from kuberay.settings.deploy_file import DeployFile

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
        """The Redis of the service's own."""
        return f"{self.instance}-redis"

    @property
    def loadtest(self) -> str:
        """The load test's master, and its Service."""
        return f"{self.instance}-loadtest"

    def host(self, service: str) -> str:
        """Returns the name under which pods of any namespace find a Service."""
        return f"{service}.{self.namespace}.svc"

    def labels(self, component: str) -> Object:
        return {INSTANCE: self.instance, COMPONENT: component}

    def metadata(self, name: str, component: str = "") -> Object:
        labels: Object = {INSTANCE: self.instance}
        if component:
            labels[COMPONENT] = component
        labels["app.kubernetes.io/managed-by"] = _MANAGED_BY
        return {"name": name, "namespace": self.namespace, "labels": labels}
