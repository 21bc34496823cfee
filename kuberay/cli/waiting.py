"""Waiting for a service, for `apply --wait` and `rollback --wait`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from kuberay.cli.output import report

if TYPE_CHECKING:
    from collections.abc import Callable

    from kuberay.cluster.address import Address
    from kuberay.cluster.delivery import Delivered, Delivery
    from kuberay.cluster.watch import Patience
    from kuberay.json_types import JsonObject

Command = TypeVar("Command", bound="Callable[..., Any]")
_SECONDS = click.FloatRange(min=0)

_WAIT_OPTIONS = (
    click.option("--wait", is_flag=True, help="Stay and tell until the service answers or fails."),
    click.option(
        "--timeout-s",
        type=_SECONDS,
        default=1200.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait at most.",
    ),
    click.option(
        "--poll-s",
        type=click.FloatRange(min=0.05),
        default=2.0,
        show_default=True,
        metavar="SECONDS",
        help="Time between two looks at the cluster.",
    ),
    click.option(
        "--settle-s",
        type=_SECONDS,
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="How long the service must stay ready to count; failures must last three times that.",
    ),
)


def wait_options(command: Command) -> Command:
    """Adds the options about waiting."""
    for option in reversed(_WAIT_OPTIONS):
        command = option(command)
    return command


def patience_of(timeout_s: float, poll_s: float, settle_s: float) -> Patience:
    from kuberay.cluster.watch import Patience

    return Patience(timeout_s, poll_s, settle_s, failing_s=3 * settle_s)


def wait_until_served(delivery: Delivery, one: Delivered, patience: Patience) -> JsonObject:
    """Returns the service as `--json` prints it, when it answers.

    Raises:
        RolloutFailedError: It will not.
        RolloutTimeoutError: It does not in time.
    """
    from kuberay.cluster.address import address_of
    from kuberay.cluster.watch import Watcher

    watcher = Watcher(
        delivery.cluster, one.namespace, one.name, patience, report, needs_worker=one.held_open
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
    """Tells the URL, and how to reach it from here."""
    tell(f"ready: {address.url}")
    if not address.outside:
        tell(f"from this machine: {address.forward}")
