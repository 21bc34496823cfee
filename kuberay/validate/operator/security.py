"""Token authentication, TLS, the operator's network policy, the history server."""

from __future__ import annotations

from collections.abc import Iterator

from kuberay.validate.finding import Finding, Source
from kuberay.validate.manifest.node import Node
from kuberay.validate.rayservice.group import Group
from kuberay.validate.rayservice.labels import is_subdomain
from kuberay.validate.rayservice.service import RayService
from kuberay.validate.rule import error

TOKEN_VERSION = error(
    "operator/token-ray-version", Source.OPERATOR,
    "rayVersion 2.52.0 or newer with authOptions.mode token",
    "The operator reads rayVersion to know whether Ray understands tokens.",
    'set rayVersion to the image\'s Ray version, in "quotes"',
)  # fmt: skip
KUBERNETES_TOKEN = error(
    "operator/kubernetes-token", Source.OPERATOR, "no enableK8sTokenAuth in a RayService",
    "The operator supports it in bare RayClusters only, with mode token, Ray 2.55 and no secret.",
    "delete it; mode token with secretName does the work",
)  # fmt: skip
GATED = error(
    "operator/feature-gate", Source.OPERATOR, "a field whose feature gate is on in the operator",
    "The gate is off by default in KubeRay 1.7, and the operator refuses the field.",
    "delete it, or say --feature-gate NAME when your operator has it on",
)  # fmt: skip
NETWORK_RULES = error(
    "operator/network-policy-rules", Source.OPERATOR,
    "rules of the directions that the mode denies, for worker groups that exist",
    "The operator refuses rules that could have no effect.", "delete them, or change the mode",
)  # fmt: skip
TLS_BY_HAND = error(
    "operator/tls-by-hand", Source.OPERATOR, "TLS settings in tlsOptions only",
    "The operator sets these variables itself.", "delete the variable",
)  # fmt: skip
HISTORY_SERVER = error(
    "operator/history-server", Source.OPERATOR,
    "collectorOptions with an image and a literal STORAGE_BACKEND",
    "The operator refuses a collector that could not start.", "complete collectorOptions",
)  # fmt: skip

NETWORK_GATE, TLS_GATE, HISTORY_GATE = (
    "RayClusterNetworkPolicy", "RayClusterMTLS", "RayClusterHistoryServer",
)  # fmt: skip
_TOKEN_SINCE = (2, 52, 0)
_KUBERNETES_TOKEN_SINCE = (2, 55, 0)
_TLS_ENV = ("RAY_USE_TLS", "RAY_TLS_SERVER_CERT", "RAY_TLS_SERVER_KEY", "RAY_TLS_CA_CERT")
_BACKEND_NEEDS = {"GCS": "GCS_BUCKET", "S3": "S3_REGION"}


def check(service: RayService) -> Iterator[Finding]:
    """Yields the findings of rules R3.20 to R3.23 and R2.1."""
    yield from _authentication(service)
    for name, gate in (
        ("networkPolicy", NETWORK_GATE), ("tlsOptions", TLS_GATE),
        ("historyServerOptions", HISTORY_GATE),
    ):  # fmt: skip
        if service.cluster[name] and gate not in service.gates:
            yield GATED.at(service.cluster[name], f"{name} without the gate {gate}")
    yield from _network_policy(service)
    if service.cluster["tlsOptions"]:
        yield from _tls(service)
    if service.cluster["historyServerOptions"]:
        yield from _history_server(service.cluster["historyServerOptions"]["collectorOptions"])


def _authentication(service: RayService) -> Iterator[Finding]:
    options, version = service.cluster["authOptions"], service.ray_version
    is_token = options["mode"].text == "token"
    if is_token and (version is None or version < _TOKEN_SINCE):
        yield TOKEN_VERSION.at(service.cluster["rayVersion"])
    kubernetes = options["enableK8sTokenAuth"]
    if not kubernetes.is_true:
        return
    fits = is_token and (version or (0, 0, 0)) >= _KUBERNETES_TOKEN_SINCE
    if service.is_service or not fits or options["secretName"].text:
        yield KUBERNETES_TOKEN.at(kubernetes)


def _network_policy(service: RayService) -> Iterator[Finding]:
    policy = service.cluster["networkPolicy"]
    mode = policy["mode"].text or "DenyAll"
    useless = {"DenyAllEgress": "ingressRules", "DenyAllIngress": "egressRules"}.get(mode, "")
    for rules in (policy["head"], policy["worker"], *policy["workerGroups"].items):
        if useless and rules[useless].items:
            yield NETWORK_RULES.at(rules[useless], f"{useless} under {mode}")
    known = {group.name for group in service.workers}
    for rules in policy["workerGroups"].items:
        name = rules["groupName"]
        if name.text and (name.text not in known or not is_subdomain(name.text)):
            yield NETWORK_RULES.at(name)


def _tls(service: RayService) -> Iterator[Finding]:
    entries = [entry for group in service.groups for entry in _env(group)]
    for entry in (*entries, *service.autoscaler["env"].items):
        if entry["name"].text in _TLS_ENV:
            yield TLS_BY_HAND.at(entry, entry["name"].text)


def _env(group: Group) -> list[Node]:
    return [entry for container in group.containers for entry in container["env"].items]


def _history_server(collector: Node) -> Iterator[Finding]:
    if not collector["image"].text:
        yield HISTORY_SERVER.at(collector["image"])
    values = {entry["name"].text: entry["value"].text for entry in collector["env"].items}
    backend = values.get("STORAGE_BACKEND", "")
    if not backend:
        yield HISTORY_SERVER.at(collector["env"], "no literal STORAGE_BACKEND")
    needed = _BACKEND_NEEDS.get(backend.upper())
    if needed and needed not in values:
        yield HISTORY_SERVER.at(collector["env"], f"STORAGE_BACKEND {backend} without {needed}")
