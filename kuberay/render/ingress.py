"""The way in by an Ingress, and what GKE's own reads beside it."""

from __future__ import annotations

import json

from kuberay.render.commented import Object
from kuberay.render.names import Names
from kuberay.render.ports import HEALTH_PATH, SERVE
from kuberay.settings import DeployFile, Plan
from kuberay.settings.surroundings import Ingress


def ingress_objects(deploy: DeployFile, plan: Plan) -> list[Object]:
    ingress = deploy.ingress
    if ingress is None:
        return []
    names = Names.of(deploy)
    return [*([_backend_config(names, plan)] if ingress.on_gke else ()), _ingress(names, ingress)]


def backend_config_annotation(deploy: DeployFile) -> Object:
    if not deploy.ingress or not deploy.ingress.on_gke:
        return {}
    return {
        "cloud.google.com/neg": json.dumps({"ingress": True}),
        "cloud.google.com/backend-config": json.dumps({"default": deploy.name}),
    }


def _ingress(names: Names, ingress: Ingress) -> Object:
    annotations = dict(ingress.annotations)
    if ingress.on_gke:
        # GKE's own classes are found by this annotation alone.
        annotations["kubernetes.io/ingress.class"] = ingress.class_name
    backend: Object = {"service": {"name": names.serve_service, "port": {"number": SERVE}}}
    rule: Object = {
        "host": ingress.hostname,
        "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]},
    }
    spec: Object = {} if ingress.on_gke else {"ingressClassName": ingress.class_name}
    if ingress.tls_secret:
        spec["tls"] = [{"hosts": [ingress.hostname], "secretName": ingress.tls_secret}]
    kind = "networking.k8s.io/v1 Ingress"
    return names.object(kind, annotations=annotations, spec=spec | {"rules": [rule]})


def _backend_config(names: Names, plan: Plan) -> Object:
    spec: Object = {
        "timeoutSec": plan.request_timeout_s,
        "connectionDraining": {"drainingTimeoutSec": plan.worker_drain_s},
        "healthCheck": {"type": "HTTP", "port": SERVE, "requestPath": HEALTH_PATH},
    }
    return names.object("cloud.google.com/v1 BackendConfig", spec=spec)
