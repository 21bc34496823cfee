"""The namespace, and the accounts of the pods in it."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object
from kuberay.render.names import HEAD, WORKER, Names
from kuberay.settings.deploy_file import DeployFile

_WORKLOAD_IDENTITY = "iam.gke.io/gcp-service-account"


def namespace(deploy: DeployFile) -> list[Object]:
    if not deploy.create_namespace:
        return []
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": deploy.namespace,
                "labels": {
                    "pod-security.kubernetes.io/enforce": Commented(
                        "every pod here passes the strictest profile: nobody can add one that does "
                        "not",
                        "restricted",
                    )
                },
            },
        }
    ]


def service_accounts(deploy: DeployFile) -> list[Object]:
    names = Names.of(deploy)
    worker = _account(names, names.worker_account, WORKER)
    if deploy.identity.gcp_service_account:
        metadata = names.metadata(names.worker_account, WORKER)
        metadata["annotations"] = {
            _WORKLOAD_IDENTITY: Commented(
                "workers alone read models; the head acts as nobody in Google Cloud",
                deploy.identity.gcp_service_account,
            )
        }
        worker["metadata"] = metadata
    return [_account(names, names.head_account, HEAD), worker]


def _account(names: Names, name: str, component: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": names.metadata(name, component),
        "automountServiceAccountToken": False,
    }
