"""The load test inside the cluster: a Locust master that judges, workers that send.

Both are Jobs: a test ends, and while it does not run it costs nothing.
"""

from __future__ import annotations

import hashlib

from kuberay.quantity import GIB, cpus_text, memory_text
from kuberay.render._loadtest_command import (
    REPORTS,
    SETTINGS_FILE,
    SETTINGS_VARIABLE,
    TOKEN_VARIABLE,
    master_command,
    settings,
    worker_command,
)
from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.names import INSTANCE, LOADTEST_MASTER, LOADTEST_WORKER, WORKER, Names
from kuberay.render.network import policy
from kuberay.render.pod import (
    TMP_MOUNT,
    away_from,
    container,
    pod_security,
    pull_secrets,
    resources,
    tmp_volume,
)
from kuberay.render.ports import LOCUST, port
from kuberay.render.yaml_text import text
from kuberay.settings import DeployFile, Plan
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
    service: Object = {
        "clusterIP": Commented("headless: workers keep one connection to the one master", "None"),
        "publishNotReadyAddresses": True,
        "selector": names.labels(LOADTEST_MASTER),
        "ports": [{"name": "locust", "port": LOCUST, "targetPort": LOCUST, "protocol": "TCP"}],
    }
    return [
        names.object("v1 ConfigMap", names.loadtest, LOADTEST_MASTER, data={_FILE: written}),
        names.object("v1 Service", names.loadtest, LOADTEST_MASTER, spec=service),
        _job(deploy, loadtest, LOADTEST_MASTER, written),
        _job(deploy, loadtest, LOADTEST_WORKER, written),
        *([_network_policy(names)] if deploy.network_policy.enabled else ()),
    ]


def _job(deploy: DeployFile, loadtest: LoadTest, component: str, written: str) -> Object:
    names, master = Names.of(deploy), component == LOADTEST_MASTER
    count = 1 if master else loadtest.workers
    digest = hashlib.sha256(written.encode()).hexdigest()[:16]
    metadata: Object = {
        "labels": names.labels(component),
        "annotations": {"bqml-kuberay/settings-digest": digest},
    }
    limit = (
        Commented("a verdict is final", 0)
        if master
        else Commented("a worker that comes before its master tries again", _WORKER_TRIES)
    )
    return names.object(
        "batch/v1 Job",
        f"{names.instance}-{component}",
        component,
        annotations=Commented(
            "a Job's template cannot change, not even its image: Argo CD and Flux make it anew",
            _REPLACED,
        ),
        spec={
            "suspend": Commented("loadtest.start begins it", not loadtest.start),
            "completions": count,
            "parallelism": count,
            "backoffLimit": limit,
            "ttlSecondsAfterFinished": _KEEP_S,
            "template": {"metadata": metadata, "spec": _pod(deploy, loadtest, master=master)},
        },
    )


def _pod(deploy: DeployFile, loadtest: LoadTest, *, master: bool) -> Object:
    names = Names.of(deploy)
    selector: Object = dict(loadtest.node_selector)
    claim: Object = {"persistentVolumeClaim": {"claimName": loadtest.report_claim}}
    reports: Object = {"name": "reports", **(claim if loadtest.report_claim else {"emptyDir": {}})}
    return {
        "restartPolicy": "Never" if master else "OnFailure",
        "automountServiceAccountToken": False,
        **pull_secrets(deploy),
        "securityContext": pod_security(),
        **({"nodeSelector": selector} if selector else {}),
        "affinity": Commented(
            "on a replica's node the sender would take the CPU that it measures",
            away_from(names, WORKER),
        ),
        "containers": [_container(deploy, loadtest, master=master)],
        "volumes": [
            tmp_volume(GIB),
            {"name": "settings", "configMap": {"name": names.loadtest}},
            *([reports] if master else ()),
        ],
    }


def _container(deploy: DeployFile, loadtest: LoadTest, *, master: bool) -> Object:
    ports: Object = {"ports": [port("locust", LOCUST)]} if master else {}
    return container(
        "locust",
        deploy.image,
        command=master_command() if master else worker_command(Names.of(deploy)),
        **ports,
        env=_environment(deploy, master=master),
        resources=resources(cpus_text(loadtest.cpus), memory_text(loadtest.memory)),
        mounts=[
            TMP_MOUNT,
            {"name": "settings", "mountPath": _FOLDER, "readOnly": True},
            *([{"name": "reports", "mountPath": REPORTS}] if master else ()),
        ],
    )


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


def _network_policy(names: Names) -> Object:
    senders: Tree = [{"podSelector": {"matchLabels": {INSTANCE: names.instance}}}]
    allowed = Commented(
        "Locust's port runs what it is sent: workers of this test alone", [{"from": senders}]
    )
    pods: Object = {"matchLabels": names.labels(LOADTEST_MASTER)}
    return policy(names, names.loadtest, LOADTEST_MASTER, pods, ingress=allowed)
