"""Waiting for a service, for `apply --wait` and `rollback --wait`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from foundation.cli.output import report
from kuberay.cli._options import bundled
from kuberay.cluster.wait_times import WaitTimes

if TYPE_CHECKING:
    from collections.abc import Callable

    from foundation.json_types import JsonObject
    from kuberay.cluster.address import Address
    from kuberay.cluster.delivery import Delivered, Delivery


def _wait_times(wait: bool, timeout_s: float, poll_s: float, settle_s: float) -> WaitTimes | None:
    return WaitTimes(timeout_s, poll_s, settle_s, failing_s=3 * settle_s) if wait else None


def _seconds(name: str, default: float, text: str, least: float = 0) -> Callable[[Any], Any]:
    return click.option(
        name,
        type=click.FloatRange(min=least),
        default=default,
        show_default=True,
        metavar="SECONDS",
        help=text,
    )


wait_options = bundled(
    "times",
    (
        click.option(
            "--wait", is_flag=True, help="Stay and tell until the service answers or fails."
        ),
        _seconds("--timeout-s", 1200.0, "How long to wait at most."),
        _seconds("--poll-s", 2.0, "Time between two looks at the cluster.", least=0.05),
        _seconds(
            "--settle-s",
            10.0,
            "How long the service must stay ready to count; failures must last three times that.",
        ),
    ),
    _wait_times,
)


def send_and_wait(
    delivery: Delivery, manifests: list[JsonObject], namespace: str | None, times: WaitTimes | None
) -> list[JsonObject]:
    """Returns the services that were waited for as `--json` prints them, when they answer."""
    sent = delivery.send(manifests, namespace)
    return [_wait_until_served(delivery, one, times) for one in sent] if times else []


def _wait_until_served(delivery: Delivery, one: Delivered, times: WaitTimes) -> JsonObject:
    from kuberay.cluster.address import address_of
    from kuberay.cluster.watch import Watcher

    watcher = Watcher(
        delivery.cluster, one.namespace, one.name, times, report, needs_worker=one.held_open
    )
    try:
        now = watcher.wait()
    except BaseException:  # Ctrl-C too
        if one.held_open:
            report("the head stays in the serve Service until the next apply --wait")
        raise
    if one.held_open:
        delivery.close_head(one)
        now = watcher.wait()
    address = address_of(delivery.cluster, one.namespace, one.name)
    if address:
        tell_address(address, report)
    return {
        "name": one.name,
        "namespace": one.namespace,
        "revision": one.revision,
        "endpoints": now.snapshot.endpoints,
        "url": address.url if address else None,
    }


def tell_address(address: Address, tell: Callable[[str], None]) -> None:
    tell(f"ready: {address.url}")
    if not address.outside:
        tell(f"from this machine: {address.forward}")
