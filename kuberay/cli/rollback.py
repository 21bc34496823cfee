"""`rollback`: apply an earlier revision again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document, write_table
from kuberay.cli._findings import PIPE_COLUMNS
from kuberay.cli._options import context_option, force_option, namespace_option
from kuberay.cli._waiting import send_and_wait, wait_options
from kuberay.errors import UsageError

if TYPE_CHECKING:
    from kuberay.cluster.connection import Cluster
    from kuberay.cluster.history import Revision
    from kuberay.cluster.wait_times import WaitTimes


@click.command(
    epilog=example(
        "bqml-kuberay rollback bqml-serve --list", "bqml-kuberay rollback bqml-serve --to 3 --wait"
    ),
)
@click.argument("name")
@click.option(
    "--to", "number", type=click.IntRange(1), help="The revision.  [default: the one before]"
)
@click.option("--list", "list_only", is_flag=True, help="List the recorded revisions, and end.")
@click.option("--dry-run", type=click.Choice(["server"]), help="Let the server check it only.")
@force_option
@wait_options
@context_option
@namespace_option
@json_option
def rollback(  # noqa: PLR0913 - one parameter per option
    *,
    name: str,
    number: int | None,
    context: str | None,
    namespace: str | None,
    dry_run: str | None,
    times: WaitTimes | None,
    list_only: bool,
    force_conflicts: bool,
    as_json: bool,
) -> None:
    """Apply the manifests of an earlier `apply` of the RayService NAME.

    It becomes a new revision. Objects that only the newer revision had stay as they are; Secrets
    and Jobs are not recorded and stay as well.
    """
    if times and dry_run:
        raise UsageError("--wait and --dry-run exclude each other")
    from kuberay.cluster.connection import connect
    from kuberay.cluster.delivery import Delivery
    from kuberay.cluster.history import chosen, revisions

    cluster = connect(context, namespace)
    found = revisions(cluster, namespace or cluster.namespace, name)
    if list_only:
        _list(found, as_json=as_json)
        return
    target = chosen(found, name, number)
    report(f"RayService/{name}: going back to revision {target.number} of {target.applied_at}")
    _tell_left_over(found[-1], target)
    _tell_frozen(cluster, name, namespace)
    delivery = Delivery(
        cluster, report, dry_run=dry_run is not None, force=force_conflicts, bridge=bool(times),
        note=f"rollback to {target.number}",
    )  # fmt: skip
    services = send_and_wait(delivery, list(target.manifests), namespace, times)
    if as_json:
        write_document({"revision": target.number, "services": services})


def _tell_left_over(current: Revision, target: Revision) -> None:
    from kuberay.cluster.manifests import title

    kept = {title(manifest) for manifest in target.manifests}
    for manifest in current.manifests:
        if title(manifest) not in kept:
            report(f"{title(manifest)}: not in revision {target.number}, left as it is")


def _tell_frozen(cluster: Cluster, name: str, namespace: str | None) -> None:
    from kuberay.cluster.connection import RAY_API
    from kuberay.cluster.observation import with_cluster_statuses
    from kuberay.cluster.snapshot import snapshot_of
    from kuberay.cluster.verdict import frozen

    service = cluster.get(RAY_API, "RayService", name, namespace or cluster.namespace)
    if service:
        for hint in frozen(snapshot_of(with_cluster_statuses(cluster, service))):
            report(f"RayService/{name}: {hint}")


def _list(found: list[Revision], *, as_json: bool) -> None:
    rows = [
        {
            "revision": revision.number,
            "applied_at": revision.applied_at,
            "objects": len(revision.manifests),
            "note": revision.note,
        }
        for revision in found
    ]
    if as_json:
        write_document({"revisions": rows})
    else:
        headers = ("revision", "applied_at", "objects", "note")
        cells = [tuple(str(row[key]) for key in headers) for row in rows]
        write_table(headers, cells, pipe_columns=PIPE_COLUMNS)
