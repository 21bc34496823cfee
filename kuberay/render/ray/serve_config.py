"""serveConfigV2: what KubeRay puts to Ray Serve, as a tree and as the text in the RayService.

A change of it reaches the running cluster. `args` of the application are its code version: another
one replaces the replicas, some at a time. What stands in `deployments`, how many replicas and when,
is taken over without a restart, so nothing of it is in `args`. The options of the ports are fixed
when Serve starts; `options_digest` tells when they need a new cluster.
"""

from __future__ import annotations

import hashlib
import json

from kuberay.render.commented import Commented, Object, Tree, plain
from kuberay.render.ports import SERVE, SERVE_GRPC
from kuberay.render.yaml_text import text
from kuberay.settings import DeployFile, Plan
from serve_app.settings import ModelEntry

APPLICATION = "bqml"
DEPLOYMENT = "ModelServer"
"""`serve_app`'s deployment; a test holds the two equal."""
IMPORT_PATH = "serve_app.application:app"
GRPC_SERVICES = "serve_app.hosting.grpc_services.add_services"
MODEL_CACHE = "/tmp/models"  # noqa: S108 - a pod's own
_TAKEN_OVER = ("graceful_shutdown_timeout_s", "health_check_period_s")
"""Settings of a replica that stand in `deployments`: Serve changes them without a restart."""
LOADTEST_HEADER = "X-Replica"
"""Names the replica in each answer, for the load test's account of who answered."""
_FIXED = ("proxy_location", "http_options", "grpc_options")


def serve_config_text(deploy: DeployFile, plan: Plan) -> str:
    return text(serve_config(deploy, plan))


def options_digest(deploy: DeployFile, plan: Plan) -> str:
    config = serve_config(deploy, plan)
    fixed = {key: plain(config[key]) for key in _FIXED if key in config}
    return hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()[:16]


def serve_config(deploy: DeployFile, plan: Plan) -> Object:
    config: Object = {
        "proxy_location": Commented(
            "a pod without a proxy is never ready; other locations leave workers without one",
            "EveryNode",
        ),
        "http_options": _http_options(plan),
    }
    if deploy.serve.grpc.enabled:
        config["grpc_options"] = {
            "port": SERVE_GRPC,
            "grpc_servicer_functions": [GRPC_SERVICES],
            "request_timeout_s": plan.request_timeout_s,
        }
    return config | {
        "logging_config": {
            "encoding": "JSON",
            "log_level": "INFO",
            "enable_access_log": Commented(
                "a line per request costs more than the request", value=False
            ),
        },
        "applications": [_application(deploy, plan)],
    }


def _http_options(plan: Plan) -> Object:
    return {
        "host": "0.0.0.0",  # noqa: S104 - the network policy decides who may connect
        "port": SERVE,
        "request_timeout_s": Commented(
            "just behind the model's own limit (serve.tensorflow.request_timeout_ms), which has "
            "TensorFlow Serving's words",
            plan.request_timeout_s,
        ),
        "keep_alive_timeout_s": plan.keep_alive_timeout_s,
    }


def _application(deploy: DeployFile, plan: Plan) -> Object:
    return {
        "name": APPLICATION,
        "route_prefix": "/",
        "import_path": IMPORT_PATH,
        "args": Commented(
            "another value here replaces the replicas in place, some at a time: this is how a new "
            "model version is rolled out, without a new cluster",
            _args(deploy),
        ),
        "deployments": [
            {
                "name": DEPLOYMENT,
                **_limits(deploy),
                "autoscaling_config": Commented(
                    "taken over without a restart; the worker group is sized from the same numbers",
                    _autoscaling(deploy, plan),
                ),
                "ray_actor_options": {
                    "num_cpus": _number(plan.cpus_per_replica),
                    "memory": Commented(
                        "declared, so that Ray places no more replicas than the pod has memory for",
                        deploy.workers.memory_per_replica,
                    ),
                },
            }
        ],
    }


def _limits(deploy: DeployFile) -> Object:
    replica = deploy.serve.replica
    return {
        "max_ongoing_requests": Commented(
            "more than serve.replica.max_ongoing_requests, so that it is the replica that refuses: "
            "in TensorFlow Serving's words, and seen by the autoscaler",
            replica.ray_max_ongoing_requests,
        ),
        "max_queued_requests": replica.ray_max_queued_requests,
        "graceful_shutdown_timeout_s": _number(replica.graceful_shutdown_timeout_s),
        "health_check_period_s": _number(replica.health_check_period_s),
    }


def _args(deploy: DeployFile) -> Object:
    tree: dict[str, Object] = deploy.serve.model_dump(mode="json", exclude_unset=True)
    repository: Object = {"model_config_list": [_model(one.entry()) for one in deploy.models]}
    if any(model.in_bucket for model in deploy.models):
        repository["cache_dir"] = Commented("replicas of one pod share each download", MODEL_CACHE)
    tree["repository"] = repository | tree.pop("repository", {})
    _keep(tree, "http", "cors", "replica_header")
    if deploy.loadtest is not None:
        tree["http"].setdefault("replica_header", LOADTEST_HEADER)
    _keep(tree, "grpc", "max_message_bytes")
    for name in _TAKEN_OVER:
        tree.get("replica", {}).pop(name, None)
    # The service refuses a target that its own limit of requests contradicts, so it is told both.
    _keep(tree, "autoscaling", "target_ongoing_requests")
    return {
        group: {key: _number(value) for key, value in tree[group].items()}
        for group in sorted(tree)
        if tree[group]
    }


def _keep(tree: dict[str, Object], group: str, *keys: str) -> None:
    tree[group] = {name: value for name, value in tree.get(group, {}).items() if name in keys}


def _model(entry: ModelEntry) -> Object:
    policy = entry.version_policy.model_dump(mode="json", exclude_unset=True)
    tree: Object = {"name": entry.name, "base_path": entry.base_path}
    return tree | ({"version_policy": policy} if policy else {})


def _autoscaling(deploy: DeployFile, plan: Plan) -> Object:
    settings = deploy.serve.autoscaling
    interval = _number(settings.metrics_interval_s)
    return {
        "min_replicas": plan.min_replicas,
        "max_replicas": plan.max_replicas,
        "target_ongoing_requests": _number(settings.target_ongoing_requests),
        "metrics_interval_s": Commented(
            "Ray calls it deprecated, but 2.60 reads nothing else", interval
        ),
        "look_back_period_s": _number(settings.look_back_period_s),
        "upscale_delay_s": _number(settings.upscale_delay_s),
        "downscale_delay_s": _number(settings.downscale_delay_s),
    }


def _number(value: Tree) -> Tree:
    """People write 8.0 as 8."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
