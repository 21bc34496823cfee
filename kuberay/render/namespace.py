"""The namespace, and the accounts of the pods in it."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object
from kuberay.render.names import HEAD, WORKER, Names
from kuberay.settings import DeployFile

_WORKLOAD_IDENTITY = "iam.gke.io/gcp-service-account"


def namespace(deploy: DeployFile) -> list[Object]:
    if not deploy.create_namespace:
        return []
    profile = Commented(
        "every pod here passes the strictest profile: nobody can add one that does not",
        "restricted",
    )
    labels: Object = {"pod-security.kubernetes.io/enforce": profile}
    metadata: Object = {"name": deploy.namespace, "labels": labels}
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}]


def service_accounts(deploy: DeployFile) -> list[Object]:
    names = Names.of(deploy)
    identity = Commented(
        "workers alone read models; the head acts as nobody in Google Cloud",
        deploy.identity.gcp_service_account,
    )
    return [
        _account(names, names.head_account, HEAD, {}),
        _account(
            names, names.worker_account, WORKER,
            {_WORKLOAD_IDENTITY: identity} if identity.value else {},
        ),
    ]  # fmt: skip


def _account(names: Names, name: str, component: str, annotations: Object) -> Object:
    return names.object(
        "v1 ServiceAccount",
        name,
        component,
        annotations=annotations,
        automountServiceAccountToken=False,
    )
