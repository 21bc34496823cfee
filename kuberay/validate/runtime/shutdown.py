"""Ends without lost requests: drain, grace, preStop, the delay before the old cluster goes."""

from __future__ import annotations

from kuberay.validate.rayservice import Group, RayService, ServeConfig
from kuberay.validate.rule import Findings, warning

GRACE = warning(
    "runtime/grace-below-shutdown",
    "terminationGracePeriodSeconds above graceful_shutdown_timeout_s of every deployment",
    "Kubernetes kills the pod while its replicas still answer requests.",
    "raise terminationGracePeriodSeconds",
)  # fmt: skip
DRAIN = warning(
    "runtime/grace-below-drain",
    "terminationGracePeriodSeconds above RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S (30)",
    "Ray is killed before it has drained: equal times are a race that SIGKILL wins.",
    "grace 120 and drain 90 on workers, drain 5 on the head",
)  # fmt: skip
PRE_STOP = warning(
    "runtime/pre-stop", "no preStop: ray stop",
    "It kills Ray before it drains; Ray 2.60 drains by itself on SIGTERM.", "delete the preStop",
)  # fmt: skip
DELETION_DELAY = warning(
    "runtime/deletion-delay",
    "rayClusterDeletionDelaySeconds of at least request timeout + keep-alive timeout",
    "Clients still hold connections to the old cluster when it goes: connection resets.",
    "set rayClusterDeletionDelaySeconds to 180",
)  # fmt: skip

_DEFAULT_DRAIN_S = 30.0
_DEFAULT_SHUTDOWN_S = 20.0
_HA_PROXY_SHUTDOWN_S = 35.0
_DEFAULT_DELAY_S = 60
_DRAIN = "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S"


def check(service: RayService) -> Findings:
    for group in service.groups:
        yield from _pre_stop(group)
        if group.container:
            yield from _drain(group)
    if service.serve is None:
        return
    longest = _longest_shutdown_s(service, service.serve)
    for group in service.workers or (service.head,):
        if group.container and group.grace_s <= longest:
            came = f"{group.grace_s} s, a replica takes up to {longest:g} s"
            yield GRACE.at(group.pod["terminationGracePeriodSeconds"], came)
    yield from _deletion_delay(service, service.serve)


def _pre_stop(group: Group) -> Findings:
    hook = group.container.at("lifecycle", "preStop")
    command = " ".join(word.text for word in hook["exec"]["command"].items)
    if "ray stop" in command:
        yield PRE_STOP.at(hook, command)


def _drain(group: Group) -> Findings:
    text = group.env_text(_DRAIN)
    try:
        drain_s = float(text) if text else _DEFAULT_DRAIN_S
    except ValueError:
        return
    if drain_s >= group.grace_s:
        came = f"{group.name}: grace {group.grace_s} s, drain {drain_s:g} s"
        yield DRAIN.at(group.pod["terminationGracePeriodSeconds"], came)


def _longest_shutdown_s(service: RayService, serve: ServeConfig) -> float:
    floor = _HA_PROXY_SHUTDOWN_S if service.uses_ha_proxy else 0.0
    given = [
        deployment.node["graceful_shutdown_timeout_s"].number for deployment in serve.deployments
    ]
    return max([floor, *(_DEFAULT_SHUTDOWN_S if time is None else time for time in given)])


def _deletion_delay(service: RayService, serve: ServeConfig) -> Findings:
    delay = service.spec["rayClusterDeletionDelaySeconds"]
    options = serve.root["http_options"]
    keep_alive = options["keep_alive_timeout_s"].number
    needed = serve.DEFAULT_KEEP_ALIVE_S if keep_alive is None else keep_alive
    needed += options["request_timeout_s"].number or 0
    if (_DEFAULT_DELAY_S if delay.integer is None else delay.integer) < needed:
        yield DELETION_DELAY.at(delay, expected=f"at least {needed:g}")
