"""Token authentication, TLS, the operator's network policy, the history server."""

from __future__ import annotations

from kuberay.name_syntax import is_dns_label
from kuberay.validate.operator import _history_server as history_server
from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, error

TOKEN_VERSION = error(
    "operator/token-ray-version", "rayVersion 2.52.0 or newer with authOptions.mode token",
    "The operator reads rayVersion to know whether Ray understands tokens.",
    'set rayVersion to the image\'s Ray version, in "quotes"',
)  # fmt: skip
KUBERNETES_TOKEN = error(
    "operator/kubernetes-token", "no enableK8sTokenAuth in a RayService",
    "The operator supports it in bare RayClusters only, with mode token, Ray 2.55 and no secret.",
    "delete it; mode token with secretName does the work",
)  # fmt: skip
GATED = error(
    "operator/feature-gate", "a field whose feature gate is on in the operator",
    "The gate is off by default in KubeRay 1.7, and the operator refuses the field.",
    "delete it, or say --feature-gate NAME when your operator has it on",
)  # fmt: skip
NETWORK_RULES = error(
    "operator/network-policy-rules",
    "rules of the directions that the mode denies, for worker groups that exist",
    "The operator refuses rules that could have no effect.", "delete them, or change the mode",
)  # fmt: skip
GROUP_NAME = error(
    "operator/network-policy-group",
    "a group name of at most 63 lower-case letters, digits and - with networkPolicy",
    "The operator names a NetworkPolicy after the group.", "rename the group",
)  # fmt: skip
TLS_BY_HAND = error(
    "operator/tls-by-hand", "TLS settings in tlsOptions only",
    "The operator sets these variables and mounts the certificates itself.",
    "delete the variable, or the mount",
)  # fmt: skip
_GATES = {
    "networkPolicy": "RayClusterNetworkPolicy",
    "tlsOptions": "RayClusterMTLS",
    "historyServerOptions": "RayClusterHistoryServer",
}
_TOKEN_SINCE = (2, 52, 0)
_KUBERNETES_TOKEN_SINCE = (2, 55, 0)
_TLS_ENV = ("RAY_USE_TLS", "RAY_TLS_SERVER_CERT", "RAY_TLS_SERVER_KEY", "RAY_TLS_CA_CERT")
_TLS_VOLUME, _TLS_PATH = "ray-tls", "/etc/ray/tls"


def check(service: RayService) -> Findings:
    yield from _authentication(service)
    for name, gate in _GATES.items():
        if service.cluster[name] and gate not in service.gates:
            yield GATED.at(service.cluster[name], f"{name} without the gate {gate}")
    yield from _network_policy(service)
    if service.cluster["tlsOptions"]["enabled"].is_true:
        yield from _tls(service)
    if service.cluster["historyServerOptions"]:
        yield from history_server.check(service)


def _authentication(service: RayService) -> Findings:
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


def _network_policy(service: RayService) -> Findings:
    policy = service.cluster["networkPolicy"]
    mode = policy["mode"].text or "DenyAll"
    useless = {"DenyAllEgress": "ingressRules", "DenyAllIngress": "egressRules"}.get(mode, "")
    for rules in (policy["head"], policy["worker"], *policy["workerGroups"].items):
        if useless and rules[useless].items:
            yield NETWORK_RULES.at(rules[useless], f"{useless} under {mode}")
    known = {group.name for group in service.workers}
    for rules in policy["workerGroups"].items:
        if rules["groupName"].text and rules["groupName"].text not in known:
            yield NETWORK_RULES.at(rules["groupName"])
    for group in service.workers if policy else ():
        name = group.node["groupName"]
        if name.text and not is_dns_label(name.text):
            yield GROUP_NAME.at(name)


def _tls(service: RayService) -> Findings:
    for container in (*(group.container for group in service.groups), service.autoscaler):
        for entry in container["env"].items:
            if entry["name"].text in _TLS_ENV:
                yield TLS_BY_HAND.at(entry, entry["name"].text)
        for mount in container["volumeMounts"].items:
            name, path = mount["name"].text, mount["mountPath"].text
            if name == _TLS_VOLUME or path == _TLS_PATH:
                yield TLS_BY_HAND.at(mount, f"{name} at {path}")
