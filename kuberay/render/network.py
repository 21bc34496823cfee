"""Who may talk to the Ray pods, and to whom they may talk."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.names import COMPONENT, HEAD, INSTANCE, WORKER, Names
from kuberay.render.ports import (
    AUTOSCALER_METRICS,
    DASHBOARD,
    DASHBOARD_METRICS,
    HAPROXY_METRICS,
    METRICS,
    SERVE,
    SERVE_GRPC,
)
from kuberay.settings.deploy_file import DeployFile

_NAMESPACE = "kubernetes.io/metadata.name"
_GKE_LOAD_BALANCERS = ("35.191.0.0/16", "130.211.0.0/22")
_METADATA_SERVERS = (("169.254.169.254/32", 80), ("169.254.169.252/32", 988))
_GOOGLE_COLLECTORS = ("gmp-system", "gke-gmp-system")
_HTTPS, _API_SERVER = 443, 6443


def network_policy(deploy: DeployFile) -> list[Object]:
    if not deploy.network_policy.enabled:
        return []
    names = Names.of(deploy)
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": names.metadata(names.instance),
            "spec": {
                "podSelector": {
                    "matchLabels": {INSTANCE: names.instance},
                    "matchExpressions": [
                        {"key": COMPONENT, "operator": "In", "values": [HEAD, WORKER]}
                    ],
                },
                "policyTypes": ["Ingress", "Egress"],
                "ingress": _ingress(deploy),
                "egress": _egress(deploy),
            },
        }
    ]


def _ingress(deploy: DeployFile) -> list[Tree]:
    policy = deploy.network_policy
    rules: list[Tree] = [
        Commented(
            "Ray's processes use many ports among each other; old and new cluster share the label",
            {"from": [_same_instance(deploy)]},
        ),
        Commented(
            "the operator asks the dashboard and the head's proxy; if it cannot, rollouts freeze",
            {"from": [_namespace(policy.operator_namespace)], "ports": _tcp(DASHBOARD, SERVE)},
        ),
        Commented(
            "predictions; never the dashboard (8265), the control store (6379) or HAProxy's page "
            "(8404)",
            {"from": _clients(deploy), "ports": _tcp(*_serve_ports(deploy))},
        ),
    ]
    if deploy.monitoring and deploy.monitoring.kind == "PodMonitor":
        ports = _tcp(METRICS, AUTOSCALER_METRICS, DASHBOARD_METRICS, HAPROXY_METRICS, SERVE)
        rules.append({"from": [_namespace(deploy.monitoring.namespace)], "ports": ports})
    if deploy.monitoring and deploy.monitoring.kind == "PodMonitoring":
        ports = _tcp(METRICS, AUTOSCALER_METRICS, DASHBOARD_METRICS, HAPROXY_METRICS)
        rules.append({"from": [_namespace(name) for name in _GOOGLE_COLLECTORS], "ports": ports})
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
        dns_egress(),
        Commented(
            "the API server (6443 behind its Service) for the autoscaler, Cloud Storage for models",
            {"ports": _tcp(_HTTPS, _API_SERVER)},
        ),
        *(_metadata_servers() if any(model.in_bucket for model in deploy.models) else ()),
    ]
    if deploy.redis and deploy.redis.address:
        port = int(deploy.redis.address.rpartition(":")[2])
        rules.append(Commented("Redis", {"ports": _tcp(port)}))
    return rules


def _metadata_servers() -> list[Tree]:
    return [
        Commented(
            "Google's metadata server, which gives the workers their identity",
            {
                "to": [{"ipBlock": {"cidr": cidr}}],
                "ports": _tcp(port),
            },
        )
        for cidr, port in _METADATA_SERVERS
    ]


def dns_egress() -> Object:
    return {
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
    }


def _serve_ports(deploy: DeployFile) -> tuple[int, ...]:
    return (SERVE, SERVE_GRPC) if deploy.serve.grpc.enabled else (SERVE,)


def _same_instance(deploy: DeployFile) -> Object:
    return {"podSelector": {"matchLabels": {INSTANCE: deploy.name}}}


def _namespace(name: str) -> Object:
    return {"namespaceSelector": {"matchLabels": {_NAMESPACE: name}}}


def _tcp(*ports: int) -> list[Tree]:
    return [{"protocol": "TCP", "port": port} for port in ports]
