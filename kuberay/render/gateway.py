"""The way in by the Gateway API: a Gateway, its routes, and what GKE wants to know beside them."""

from __future__ import annotations

from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.names import Names
from kuberay.render.ports import HEALTH_PATH, SERVE, SERVE_GRPC
from kuberay.settings import DeployFile, Plan
from kuberay.settings.surroundings import Gateway

_API = "gateway.networking.k8s.io/v1"
_CERTIFICATE_MAP = "networking.gke.io/certmap"


def gateway_objects(deploy: DeployFile, plan: Plan) -> list[Object]:
    gateway = deploy.gateway
    if gateway is None:
        return []
    names = Names.of(deploy)
    objects = [_gateway(names, gateway), _route(names, "HTTPRoute", gateway.hostname, SERVE)]
    if gateway.grpc_hostname:
        objects.append(_route(names, "GRPCRoute", gateway.grpc_hostname, SERVE_GRPC))
    return [*objects, *(_gke_policies(names, plan) if gateway.on_gke else ())]


def _gateway(names: Names, gateway: Gateway) -> Object:
    certificates = gateway.gke_certificate_map
    encrypted = bool(gateway.tls_secret or certificates)
    listener: Object = {
        "name": "https" if encrypted else "http",
        "protocol": "HTTPS" if encrypted else "HTTP",
        "port": 443 if encrypted else 80,
    }
    if gateway.tls_secret:
        references: Tree = [{"kind": "Secret", "name": gateway.tls_secret}]
        listener["tls"] = {"mode": "Terminate", "certificateRefs": references}
    return names.object(
        f"{_API} Gateway",
        annotations={_CERTIFICATE_MAP: certificates} if certificates else None,
        spec={"gatewayClassName": gateway.class_name, "listeners": [listener]},
    )


def _route(names: Names, kind: str, hostname: str, port: int) -> Object:
    suffix = "" if kind == "HTTPRoute" else "-grpc"
    backend = Commented(
        "the Service that stays through upgrades, never a cluster's own",
        [{"name": names.serve_service, "port": port}],
    )
    spec: Object = {
        "parentRefs": [{"name": names.instance}],
        "hostnames": [hostname],
        "rules": [{"backendRefs": backend}],
    }
    return names.object(f"{_API} {kind}", f"{names.instance}{suffix}", spec=spec)


def _gke_policies(names: Names, plan: Plan) -> list[Object]:
    target: Object = {"group": "", "kind": "Service", "name": names.serve_service}
    check: Object = {
        "type": "HTTP",
        "httpHealthCheck": {
            "portSpecification": "USE_FIXED_PORT",
            "port": SERVE,
            "requestPath": HEALTH_PATH,
        },
    }
    backend: Object = {
        "timeoutSec": plan.request_timeout_s,
        "connectionDraining": Commented(
            "as long as a worker drains", {"drainingTimeoutSec": plan.worker_drain_s}
        ),
    }
    policies: dict[str, Object] = {
        "HealthCheckPolicy": {"checkIntervalSec": 5, "config": check},
        "GCPBackendPolicy": backend,
    }
    return [
        names.object(f"networking.gke.io/v1 {kind}", spec={"default": policy, "targetRef": target})
        for kind, policy in policies.items()
    ]
