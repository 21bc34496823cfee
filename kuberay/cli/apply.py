"""`apply`: check, send, and stay until the service answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document
from kuberay.cli._options import (
    Checks,
    check_options,
    check_settings,
    context_option,
    files_argument,
    force_option,
    namespace_option,
)
from kuberay.cli._waiting import send_and_wait, wait_options
from kuberay.errors import InvalidManifestError, UsageError

if TYPE_CHECKING:
    from foundation.json_types import JsonObject
    from kuberay.cluster.wait_times import WaitTimes
    from kuberay.validate.checks import Options

DryRun = Literal["client", "server"]


@click.command(
    epilog=example("bqml-kuberay apply rayservice.yaml --wait"),
)
@files_argument
@click.option(
    "--dry-run",
    type=click.Choice(["client", "server"]),
    help="client: check here and send nothing. server: the API server checks and stores nothing.",
)
@click.option("--no-validate", is_flag=True, help="Send without checking first.")
@force_option
@click.option(
    "--bridge/--no-bridge",
    default=True,
    show_default=True,
    help="With --wait: let the head take traffic while the Services switch to a new cluster.",
)
@wait_options
@check_options
@context_option
@namespace_option
@json_option
def apply(  # noqa: PLR0913 - one parameter per option
    *,
    files: tuple[str, ...],
    checks: Checks,
    context: str | None,
    namespace: str | None,
    dry_run: DryRun | None,
    times: WaitTimes | None,
    no_validate: bool,
    force_conflicts: bool,
    bridge: bool,
    as_json: bool,
) -> None:
    """Send the objects of FILE... by server-side apply.

    Each apply is recorded in a ConfigMap beside the RayService, for `rollback`.
    """
    if times and dry_run:
        raise UsageError("--wait and --dry-run exclude each other")
    options = checks(context)
    manifests = _manifests(files, None if no_validate else options)
    if dry_run == "client":
        _tell_client_dry_run(manifests, as_json=as_json)
        return
    from kuberay.cluster.connection import connect
    from kuberay.cluster.delivery import Delivery

    delivery = Delivery(
        connect(context, namespace), report,
        dry_run=dry_run == "server", force=force_conflicts, bridge=bridge and bool(times),
    )  # fmt: skip
    services = send_and_wait(delivery, manifests, namespace, times)
    if as_json:
        write_document(
            {"applied": len(manifests), "dry_run": dry_run or "none", "services": services}
        )


def _manifests(files: tuple[str, ...], options: Options | None) -> list[JsonObject]:
    from kuberay.cli._findings import summary, write_findings
    from kuberay.validate.checks import validate
    from kuberay.validate.finding import Severity
    from kuberay.validate.manifest.stream import read_files

    stream = read_files(files)
    if any(finding.severity is Severity.ERROR for finding in stream.findings) or options:
        found = validate(stream, options or check_settings())
        if found.errors:
            write_findings(found)
            hint = "mend the errors; --no-validate sends all the same what is readable"
            raise InvalidManifestError("not applied: the manifests have errors", hint=hint)
        report(summary(found) + ("; `validate` shows them" if found.warnings else ""))
    manifests = [document.value for document in stream.documents]
    if not manifests:
        raise UsageError(f"no object in {', '.join(files)}")
    for document in stream.documents:
        if not all(document.root.at(*path).text for path in _NEEDED):
            raise UsageError(f"{document.name} lacks apiVersion, kind or metadata.name")
    return manifests


_NEEDED = (("apiVersion",), ("kind",), ("metadata", "name"))


def _tell_client_dry_run(manifests: list[JsonObject], *, as_json: bool) -> None:
    from kuberay.cluster.manifests import ordered, title

    titles = [title(manifest) for manifest in ordered(manifests)]
    if as_json:
        write_document({"applied": 0, "dry_run": "client", "would_send": titles})
        return
    for name in titles:
        click.echo(f"{name}: would be sent")
