"""Who may talk to the Ray pods, and to whom they may talk."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.names import INSTANCE, Names
from kuberay.render.ports import (
    AUTOSCALER_METRICS,
    DASHBOARD,
    DASHBOARD_METRICS,
    HAPROXY_METRICS,
    METRICS,
    SERVE,
    SERVE_GRPC,
)
from kuberay.settings import DeployFile

_NAMESPACE = "kubernetes.io/metadata.name"
_GKE_LOAD_BALANCERS = ("35.191.0.0/16", "130.211.0.0/22")
_METADATA_SERVERS = (("169.254.169.254/32", 80), ("169.254.169.252/32", 988))
_GOOGLE_COLLECTORS = ("gmp-system", "gke-gmp-system")
_HTTPS, _API_SERVER = 443, 6443
DNS: Object = {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}


def network_policy(deploy: DeployFile) -> list[Object]:
    if not deploy.network_policy.enabled:
        return []
    names = Names.of(deploy)
    return [policy(names, "", "", names.ray_pods, ingress=_ingress(deploy), egress=_egress(deploy))]


def policy(names: Names, name: str, component: str, pods: Object, **rules: Tree) -> Object:
    directions = [direction.capitalize() for direction in rules]
    spec: Object = {"podSelector": pods, "policyTypes": directions, **rules}
    return names.object("networking.k8s.io/v1 NetworkPolicy", name, component, spec=spec)


def _ingress(deploy: DeployFile) -> list[Tree]:
    serve_ports = (SERVE, SERVE_GRPC) if deploy.serve.grpc.enabled else (SERVE,)
    operator = _namespace(deploy.network_policy.operator_namespace)
    rules: list[Tree] = [
        Commented(
            "Ray's processes use many ports among each other; old and new cluster share the label",
            {"from": [_same_instance(deploy)]},
        ),
        Commented(
            "the operator asks the dashboard and the head's proxy; if it cannot, rollouts freeze",
            {"from": [operator], "ports": tcp(DASHBOARD, SERVE)},
        ),
        Commented(
            "predictions; never the dashboard (8265), the control store (6379) or HAProxy's page "
            "(8404)",
            {"from": _clients(deploy), "ports": tcp(*serve_ports)},
        ),
    ]
    if deploy.monitoring:
        ports = [METRICS, AUTOSCALER_METRICS, DASHBOARD_METRICS, HAPROXY_METRICS]
        collectors: tuple[str, ...] = _GOOGLE_COLLECTORS
        if deploy.monitoring.kind == "PodMonitor":
            ports.append(SERVE)
            collectors = (deploy.monitoring.namespace,)
        rules.append({"from": [_namespace(name) for name in collectors], "ports": tcp(*ports)})
    return rules


def _clients(deploy: DeployFile) -> list[Tree]:
    policy = deploy.network_policy
    way_in = deploy.gateway or deploy.ingress
    cidrs = (*policy.client_cidrs, *(_GKE_LOAD_BALANCERS if way_in and way_in.on_gke else ()))
    spaces: list[Tree] = [_namespace(name) for name in policy.client_namespaces]
    return [
        *(spaces or [{"namespaceSelector": {}}]),
        *({"ipBlock": {"cidr": cidr}} for cidr in dict.fromkeys(cidrs)),
    ]


def _egress(deploy: DeployFile) -> list[Tree]:
    rules: list[Tree] = [
        {"to": [_same_instance(deploy)]},
        DNS,
        Commented(
            "the API server (6443 behind its Service) for the autoscaler, Cloud Storage for models",
            {"ports": tcp(_HTTPS, _API_SERVER)},
        ),
    ]
    if any(model.in_bucket for model in deploy.models):
        why = "Google's metadata server, which gives the workers their identity"
        rules += [
            Commented(why, {"to": [{"ipBlock": {"cidr": cidr}}], "ports": tcp(port)})
            for cidr, port in _METADATA_SERVERS
        ]
    if deploy.redis and deploy.redis.address:
        port = int(deploy.redis.address.rpartition(":")[2])
        rules.append(Commented("Redis", {"ports": tcp(port)}))
    return rules


def _same_instance(deploy: DeployFile) -> Object:
    return {"podSelector": {"matchLabels": {INSTANCE: deploy.name}}}


def _namespace(name: str) -> Object:
    return {"namespaceSelector": {"matchLabels": {_NAMESPACE: name}}}


def tcp(*ports: int) -> list[Tree]:
    return [{"protocol": "TCP", "port": port} for port in ports]
