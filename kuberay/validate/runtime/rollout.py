"""Upgrades and exposure: what will not move, or will have no endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, error, warning

NO_ENDPOINTS = error(
    "runtime/head-excluded",
    "at least one worker pod where the head is excluded from the serve Service",
    "With the head excluded and no worker the Service has no endpoint, for ever.",
    "set minReplicas to 1 or more, or excludeHeadPodFromServeSvc: false",
)  # fmt: skip
NO_APPLICATION = warning(
    "runtime/no-application", "an application in serveConfigV2",
    "Without one the service never becomes ready.", "add serveConfigV2 with applications",
)  # fmt: skip
NEVER_UPGRADES = warning(
    "runtime/upgrade-none", "upgradeStrategy NewCluster",
    "With None every change of rayClusterConfig is ignored, in silence.", "use NewCluster",
)  # fmt: skip
INCREMENTAL_LIMITS = warning(
    "runtime/incremental-limits", "NewCluster where gRPC or serveService is used",
    "An incremental upgrade moves HTTP only, and ignores serveService.", "use NewCluster",
)  # fmt: skip
NO_EFFECT = warning(
    "runtime/deprecated-field", "a field that has an effect", "KubeRay 1.7 ignores it.",
    "delete it",
)  # fmt: skip
SUSPENDED = warning(
    "runtime/suspended", "suspend: false",
    "The operator deletes the clusters and Services of a suspended RayService.",
    "set it to false to serve",
)  # fmt: skip
DASHBOARD_INGRESS = warning(
    "runtime/dashboard-ingress", "enableIngress: false",
    "It exposes the dashboard, which runs any code it is given, not the service.",
    "expose <name>-serve-svc by an Ingress or HTTPRoute of your own",
)  # fmt: skip

_IGNORED = ("serviceUnhealthySecondThreshold", "deploymentUnhealthySecondThreshold")


def check(service: RayService) -> Findings:
    if service.head.node["enableIngress"].is_true:
        yield DASHBOARD_INGRESS.at(service.head.node["enableIngress"])
    if not service.is_service:
        return
    excluded = service.spec["excludeHeadPodFromServeSvc"]
    if excluded.is_true and not any(_starts_with_pods(service)):
        yield NO_ENDPOINTS.at(excluded)
    if service.serve is None or not service.serve.root["applications"].items:
        yield NO_APPLICATION.at(service.spec["serveConfigV2"])
    if service.upgrade_type == "None":
        yield NEVER_UPGRADES.at(service.spec["upgradeStrategy"]["type"])
    if service.upgrade_type == RayService.INCREMENTAL:
        yield from _incremental(service)
    for name in _IGNORED:
        if service.spec[name]:
            yield NO_EFFECT.at(service.spec[name])
    if service.spec["suspend"].is_true:
        yield SUSPENDED.at(service.spec["suspend"])


def _starts_with_pods(service: RayService) -> Iterator[bool]:
    for group in service.workers:
        yield (group.min_replicas if service.autoscaling else group.replicas) > 0


def _incremental(service: RayService) -> Findings:
    if service.spec["serveService"]:
        yield INCREMENTAL_LIMITS.at(service.spec["serveService"], "serveService")
    if service.serve is not None and service.serve.speaks_grpc:
        yield INCREMENTAL_LIMITS.at(service.serve.root["grpc_options"], "gRPC servicers")
