"""Serve's own scaling numbers, and the Ray autoscaler's setup."""

from __future__ import annotations

from decimal import Decimal

from kuberay.quantity import quantity
from kuberay.validate.rayservice import Deployment, RayService
from kuberay.validate.rule import Findings, error, warning

NEVER_SCALES = error(
    "runtime/max-ongoing-below-target", "max_ongoing_requests of at least target_ongoing_requests",
    "A replica never has as many requests as would make Serve add another.",
    "raise max_ongoing_requests, or lower target_ongoing_requests",
)  # fmt: skip
SLOW_TO_SCALE = warning(
    "runtime/max-ongoing-near-target",
    "max_ongoing_requests of at least twice target_ongoing_requests under HAProxy",
    "HAProxy queues what a replica does not take, and Serve's autoscaler does not see the queue.",
    "raise max_ongoing_requests",
)  # fmt: skip
LOOK_BACK = warning(
    "runtime/look-back-period", "look_back_period_s above metrics_interval_s (10)",
    "Ray warns today and refuses later: a window shorter than one sample is empty.",
    "use 15 or more",
)  # fmt: skip
UNBOUNDED_QUEUE = warning(
    "runtime/max-queued-requests", "max_queued_requests of a few times the target",
    "Unbounded queues turn overload into timeouts; a bound turns it into quick 503 answers.",
    "set max_queued_requests",
)  # fmt: skip
SINGLE_REPLICA = warning(
    "runtime/single-replica", "at least 2 replicas",
    "With one replica every crash, eviction and update is an outage.", "set min_replicas to 2",
)  # fmt: skip
AUTOSCALER_V1 = warning(
    "runtime/autoscaler-version", "autoscalerOptions.version: v2",
    "Only the explicit v2 sets restartPolicy Never and the new autoscaler.", "set version: v2",
)  # fmt: skip
AUTOSCALER_MEMORY = warning(
    "runtime/autoscaler-memory", "at least 1Gi of memory for the autoscaler",
    "The sidecar is killed at its default of 512Mi, and scaling stops in silence.",
    "set autoscalerOptions.resources.limits.memory: 1Gi",
)  # fmt: skip
NO_AUTOSCALER = warning(
    "runtime/no-autoscaler", "enableInTreeAutoscaling: true where a deployment scales",
    "Serve asks for replicas and no pod is ever added.", "switch the autoscaler on",
)  # fmt: skip
RUNTIME_ENV = warning(
    "runtime/code-download", "code inside the image, no runtime_env.working_dir",
    "Every replica start downloads the code, and a new archive under an old URL is not fetched.",
    "copy the code into the image",
)  # fmt: skip

_DEFAULT_MAX_ONGOING = 5
_DEFAULT_TARGET = 2.0
_METRICS_INTERVAL_S = 10.0
_DEFAULT_LOOK_BACK_S = 30.0
_AUTOSCALER_BYTES = Decimal(2**30)


def check(service: RayService) -> Findings:
    if service.autoscaling:
        yield from _autoscaler(service)
    if service.serve is None:
        return
    for deployment in service.serve.deployments:
        yield from _deployment(service, deployment)
    for application in service.serve.root["applications"].items:
        if application.at("runtime_env", "working_dir"):
            yield RUNTIME_ENV.at(application["runtime_env"]["working_dir"])


def _autoscaler(service: RayService) -> Findings:
    if service.autoscaler["version"].text != "v2":
        yield AUTOSCALER_V1.at(service.autoscaler["version"])
    limit = service.autoscaler["resources"]["limits"]["memory"]
    size = quantity(limit.value) if limit else Decimal(512 * 2**20)
    if size is not None and size < _AUTOSCALER_BYTES:
        yield AUTOSCALER_MEMORY.at(limit, f"{limit.value or '512Mi, the default'}")


def _deployment(service: RayService, deployment: Deployment) -> Findings:
    node = deployment.node
    if deployment.autoscaling:
        yield from _autoscaled(service, deployment)
        if not service.autoscaling and deployment.most_replicas != deployment.fewest_replicas:
            yield NO_AUTOSCALER.at(service.cluster["enableInTreeAutoscaling"])
    if node["max_queued_requests"].integer in (None, -1):
        yield UNBOUNDED_QUEUE.at(node["max_queued_requests"])
    if deployment.fewest_replicas == 1:
        yield SINGLE_REPLICA.at(deployment.autoscaling["min_replicas"] or node["num_replicas"])


def _autoscaled(service: RayService, deployment: Deployment) -> Findings:
    config = deployment.autoscaling
    given = deployment.node["max_ongoing_requests"]
    most = given.integer if given else _DEFAULT_MAX_ONGOING
    target = config["target_ongoing_requests"].number or _DEFAULT_TARGET
    came = f"max_ongoing_requests {most}, target_ongoing_requests {target:g}"
    if most is not None and most < target:
        yield NEVER_SCALES.at(given or config, came)
    elif most is not None and service.uses_ha_proxy and most < 2 * target:
        yield SLOW_TO_SCALE.at(given or config, came)
    look_back = config["look_back_period_s"].number
    interval = config["metrics_interval_s"].number or _METRICS_INTERVAL_S
    if (_DEFAULT_LOOK_BACK_S if look_back is None else look_back) <= interval:
        yield LOOK_BACK.at(config["look_back_period_s"])
