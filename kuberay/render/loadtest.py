"""The load test inside the cluster: a Locust master that judges, workers that send.

Both are Jobs: a test ends, and while it does not run it costs nothing.
"""

from __future__ import annotations

import hashlib

from kuberay.quantity import GIB, cpus_text, memory_text
from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.loadtest_command import (
    REPORTS,
    SETTINGS_FILE,
    SETTINGS_VARIABLE,
    TOKEN_VARIABLE,
    master_command,
    settings,
    worker_command,
)
from kuberay.render.names import INSTANCE, LOADTEST_MASTER, LOADTEST_WORKER, WORKER, Names
from kuberay.render.pod import (
    TMP_MOUNT,
    away_from,
    container_security,
    pod_security,
    pull_secrets,
    tmp_volume,
)
from kuberay.render.ports import LOCUST
from kuberay.render.yaml_text import text
from kuberay.settings.deploy_file import DeployFile
from kuberay.settings.plan import Plan
from kuberay.settings.surroundings import LoadTest

_REPLACED: Object = {
    "argocd.argoproj.io/sync-options": "Force=true,Replace=true",
    "kustomize.toolkit.fluxcd.io/force": "enabled",
}
_KEEP_S = 24 * 3600
_WORKER_TRIES = 20
_FOLDER, _, _FILE = SETTINGS_FILE.rpartition("/")


def loadtest_objects(deploy: DeployFile, plan: Plan) -> list[Object]:
    loadtest = deploy.loadtest
    if loadtest is None:
        return []
    names = Names.of(deploy)
    written = text(settings(deploy, plan, loadtest))
    policy = [_network_policy(names)] if deploy.network_policy.enabled else []
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": names.metadata(names.loadtest, LOADTEST_MASTER),
            "data": {_FILE: written},
        },
        _service(names),
        _job(deploy, loadtest, LOADTEST_MASTER, written),
        _job(deploy, loadtest, LOADTEST_WORKER, written),
        *policy,
    ]


def _service(names: Names) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": names.metadata(names.loadtest, LOADTEST_MASTER),
        "spec": {
            "clusterIP": Commented(
                "headless: workers keep one connection to the one master", "None"
            ),
            "publishNotReadyAddresses": True,
            "selector": names.labels(LOADTEST_MASTER),
            "ports": [{"name": "locust", "port": LOCUST, "targetPort": LOCUST, "protocol": "TCP"}],
        },
    }


def _job(deploy: DeployFile, loadtest: LoadTest, component: str, written: str) -> Object:
    names = Names.of(deploy)
    count = loadtest.workers if component == LOADTEST_WORKER else 1
    metadata: Object = {
        "labels": names.labels(component),
        "annotations": {"bqml-kuberay/settings-digest": _digest(written)},
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": names.metadata(f"{names.instance}-{component}", component)
        | {
            "annotations": Commented(
                "a Job's template cannot change, not even its image: Argo CD and Flux make it anew",
                _REPLACED,
            )
        },
        "spec": {
            "suspend": Commented(
                "loadtest.start begins it",
                not loadtest.start,
            ),
            "completions": count,
            "parallelism": count,
            "backoffLimit": Commented(
                "a verdict is final"
                if component == LOADTEST_MASTER
                else "a worker that comes before its master tries again",
                0 if component == LOADTEST_MASTER else _WORKER_TRIES,
            ),
            "ttlSecondsAfterFinished": _KEEP_S,
            "template": {"metadata": metadata, "spec": _pod(deploy, loadtest, component)},
        },
    }


def _digest(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def _pod(deploy: DeployFile, loadtest: LoadTest, component: str) -> Object:
    names = Names.of(deploy)
    selector: Object = dict(loadtest.node_selector)
    return {
        "restartPolicy": "Never" if component == LOADTEST_MASTER else "OnFailure",
        "automountServiceAccountToken": False,
        **pull_secrets(deploy),
        "securityContext": pod_security(),
        **({"nodeSelector": selector} if selector else {}),
        "affinity": Commented(
            "on a replica's node the sender would take the CPU that it measures",
            away_from(names, WORKER),
        ),
        "containers": [_container(deploy, loadtest, component)],
        "volumes": _volumes(names, loadtest, component),
    }


def _container(deploy: DeployFile, loadtest: LoadTest, component: str) -> Object:
    names = Names.of(deploy)
    master = component == LOADTEST_MASTER
    memory = memory_text(loadtest.memory)
    port: Object = {"name": "locust", "containerPort": LOCUST, "protocol": "TCP"}
    return {
        "name": "locust",
        "image": deploy.image,
        "imagePullPolicy": "IfNotPresent",
        "command": master_command() if master else worker_command(names),
        **({"ports": [port]} if master else {}),
        "env": _environment(deploy, master=master),
        "resources": {
            "requests": {"cpu": cpus_text(loadtest.cpus), "memory": memory},
            "limits": {"memory": memory},
        },
        "securityContext": container_security(),
        "volumeMounts": [
            TMP_MOUNT,
            {"name": "settings", "mountPath": _FOLDER, "readOnly": True},
            *([{"name": "reports", "mountPath": REPORTS}] if master else ()),
        ],
    }


def _environment(deploy: DeployFile, *, master: bool) -> list[Tree]:
    variables: list[Tree] = [
        {"name": SETTINGS_VARIABLE, "value": SETTINGS_FILE},
        {"name": "HOME", "value": "/tmp/home"},  # noqa: S108 - a pod's own
    ]
    if master and deploy.token_auth.enabled:
        key: Object = {"name": deploy.token_secret, "key": "auth_token"}
        variables.append(
            Commented(
                "Ray's dashboard says how many replicas there are",
                {"name": TOKEN_VARIABLE, "valueFrom": {"secretKeyRef": key}},
            )
        )
    return variables


def _volumes(names: Names, loadtest: LoadTest, component: str) -> list[Tree]:
    volumes: list[Tree] = [
        tmp_volume(GIB),
        {"name": "settings", "configMap": {"name": names.loadtest}},
    ]
    if component == LOADTEST_MASTER:
        claim = loadtest.report_claim
        source: Object = (
            {"persistentVolumeClaim": {"claimName": claim}} if claim else {"emptyDir": {}}
        )
        volumes.append({"name": "reports", **source})
    return volumes


def _network_policy(names: Names) -> Object:
    pods: Tree = [{"podSelector": {"matchLabels": {INSTANCE: names.instance}}}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": names.metadata(names.loadtest, LOADTEST_MASTER),
        "spec": {
            "podSelector": {"matchLabels": names.labels(LOADTEST_MASTER)},
            "policyTypes": ["Ingress"],
            "ingress": Commented(
                "Locust's port runs what it is sent: workers of this test alone", [{"from": pods}]
            ),
        },
    }
