"""`status`: what a RayService is doing, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document
from kuberay.cli._options import context_option, namespace_option
from kuberay.cli._waiting import tell_address, wait_options

if TYPE_CHECKING:
    from foundation.json_types import JsonObject
    from kuberay.cluster.address import Address
    from kuberay.cluster.connection import Cluster
    from kuberay.cluster.observation import Observation
    from kuberay.cluster.verdict import Verdict
    from kuberay.cluster.wait_times import WaitTimes

_EVENTS_MINUTES = 15
_EXIT_CODES = {"done": 0, "failed": 3, "progressing": 4}


@click.command(
    epilog=example("bqml-kuberay status bqml-serve --namespace bqml --wait"),
)
@click.argument("name")
@wait_options
@context_option
@namespace_option
@json_option
def status(
    *,
    name: str,
    context: str | None,
    namespace: str | None,
    times: WaitTimes | None,
    as_json: bool,
) -> None:
    """Tell the state of the RayService NAME, and why it is not ready.

    Ends with 0 when it serves, 3 when it has failed, 4 while it is on its way.
    """
    from datetime import UTC, datetime, timedelta

    from kuberay.cluster.address import address_of
    from kuberay.cluster.connection import connect
    from kuberay.cluster.observation import observe
    from kuberay.cluster.verdict import judge
    from kuberay.cluster.watch import Watcher

    cluster = connect(context, namespace)
    place = namespace or cluster.namespace
    if times:
        Watcher(cluster, place, name, times, report).wait()
    since = datetime.now(UTC) - timedelta(minutes=_EVENTS_MINUTES)
    now = observe(cluster, place, name, since)
    verdict = judge(now)
    address = address_of(cluster, place, name)
    if as_json:
        write_document(_document(cluster, now, verdict, address))
    else:
        _tell(cluster, now, verdict, address)
    click.get_current_context().exit(_EXIT_CODES[verdict.state.value])


def _tell(cluster: Cluster, now: Observation, verdict: Verdict, address: Address | None) -> None:
    from kuberay.cluster.diagnosis import excerpts
    from kuberay.cluster.sentences import sentences

    click.echo(f"RayService/{now.snapshot.name} in {now.snapshot.namespace}: {verdict.state}")
    for sentence in sentences(now):
        click.echo(f"  {sentence}")
    for reason in verdict.reasons:
        click.echo(f"  {verdict.state}: {reason}")
    if verdict.state.value == "done":
        if address:
            tell_address(address, click.echo)
        return
    for excerpt in excerpts(cluster, now):
        excerpt.tell(click.echo)


def _document(
    cluster: Cluster, now: Observation, verdict: Verdict, address: Address | None
) -> JsonObject:
    from kuberay.cluster.diagnosis import excerpts
    from kuberay.cluster.sentences import sentences

    snapshot = now.snapshot
    return {
        "name": snapshot.name,
        "namespace": snapshot.namespace,
        "state": verdict.state.value,
        "reasons": list(verdict.reasons),
        "generation": snapshot.generation,
        "observed_generation": snapshot.observed,
        "endpoints": snapshot.endpoints,
        "active_cluster": snapshot.active.name if snapshot.active else None,
        "pending_cluster": snapshot.pending.name if snapshot.pending else None,
        "sentences": list(sentences(now)),
        "evidence": [e.document() for e in excerpts(cluster, now)] if verdict.reasons else [],
        "url": address.url if address else None,
    }
