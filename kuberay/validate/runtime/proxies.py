"""Serve's proxies: where they run, and HAProxy's switches."""

from __future__ import annotations

from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, error, warning

PROXY_LOCATION = error(
    "runtime/proxy-location", "proxy_location EveryNode",
    "Without a proxy on the workers KubeRay's readiness never succeeds there.",
    "delete proxy_location, EveryNode is the default",
)  # fmt: skip
HALF_SWITCHED = error(
    "runtime/ha-proxy-env", "RAY_SERVE_ENABLE_HA_PROXY alike in all groups",
    "Groups without it wait for a proxy of the other kind: their pods never become ready.",
    "set it on the head and on every worker group",
)  # fmt: skip
NOT_ALONE = error(
    "runtime/throughput-env",
    "RAY_SERVE_THROUGHPUT_OPTIMIZED only together with RAY_SERVE_ENABLE_HA_PROXY",
    "Alone it removes the proxies from the workers, and KubeRay never finds them ready.",
    "set RAY_SERVE_ENABLE_HA_PROXY to 1 as well",
)  # fmt: skip
DIFFERENT_ENV = warning(
    "runtime/serve-env", "RAY_SERVE_... variables alike in all groups",
    "Controller, proxies and replicas read them on their own node and disagree.",
    "give all groups the same values",
)  # fmt: skip
CUT_REQUESTS = warning(
    "runtime/request-timeout", "request_timeout_s below 120 under HAProxy",
    "Every change of the replicas reloads HAProxy, which cuts what is older than 120 seconds.",
    "lower http_options.request_timeout_s",
)  # fmt: skip

_THROUGHPUT = "RAY_SERVE_THROUGHPUT_OPTIMIZED"
_HARD_STOP_S = 120
_PER_NODE = ("RAY_SERVE_HAPROXY_NBTHREAD",)  # follows the pod's own size


def check(service: RayService) -> Findings:
    if service.serve is not None:
        yield from _config(service)
    yield from _half_switched(service)
    for group in service.groups:
        if group.is_on(_THROUGHPUT) and not group.is_on(RayService.HA_PROXY):
            yield NOT_ALONE.at(group.env[_THROUGHPUT]["value"])
    yield from _different(service)


def _config(service: RayService) -> Findings:
    assert service.serve is not None
    location = service.serve.root["proxy_location"]
    if location and location.text != "EveryNode":
        yield PROXY_LOCATION.at(location)
    timeout = service.serve.root.at("http_options", "request_timeout_s")
    if service.uses_ha_proxy and (timeout.number or 0) >= _HARD_STOP_S:
        yield CUT_REQUESTS.at(timeout)


def _half_switched(service: RayService) -> Findings:
    if not service.uses_ha_proxy:
        return
    for group in service.groups:
        if not group.is_on(RayService.HA_PROXY):
            node = group.env_value(RayService.HA_PROXY)
            yield HALF_SWITCHED.at(node, f"not on in the group {group.name}")


def _different(service: RayService) -> Findings:
    head = service.head.env
    for group in service.workers:
        names = {name for name in (*head, *group.env) if name.startswith("RAY_SERVE_")}
        for name in sorted(names - {RayService.HA_PROXY, *_PER_NODE}):
            ours, theirs = group.env_text(name), service.head.env_text(name)
            if ours != theirs:
                node = group.env_value(name)
                yield DIFFERENT_ENV.at(node, f"{name}: {ours or 'unset'}, head {theirs or 'unset'}")
