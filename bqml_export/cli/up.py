"""`up` (also `deploy`): from SQL, or from a model that is there, to a published version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bqml_export.bucket.uri import BucketUri
from bqml_export.cli._gate_steps import gate_is_passed, run_gate
from bqml_export.cli._options import (
    destination_option,
    dry_run_option,
    force_option,
    root_option,
    target_options,
    warmup_option,
)
from bqml_export.cli._parity_options import parity_options, refuse_parity_options
from bqml_export.cli._published import write_published
from bqml_export.cli._source import source_argument
from bqml_export.errors import UsageError
from bqml_export.model_reference import ModelReference
from bqml_export.parity.comparison import Examination
from bqml_export.parity.promotion import Promotion, promote
from bqml_export.repository.labels import require_label
from bqml_export.repository.record import sql_sha256
from bqml_export.repository.up_to_date import newest_made_from
from bqml_export.repository.versions import Version
from bqml_export.settings import Target
from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document
from foundation.json_types import JsonObject

if TYPE_CHECKING:
    from bqml_export.chain.up import UpRequest


@click.command(
    epilog=example(
        "bqml-export up sql/iris_model.sql --root serving_dir --local",
        "bqml-export deploy my-project.bqml_tutorial.iris_model --to gs://my-bucket",
    ),
)
@source_argument
@root_option
@click.option("--model", metavar="NAME", help="Name in the repository.  [default: as in BigQuery]")
@destination_option
@force_option
@warmup_option
@click.option(
    "--verify-url",
    metavar="URL",
    help="Then compare with ML.PREDICT at this server, which serves --root: see `verify`.",
)
@click.option("--promote", "label", metavar="LABEL", help="Then move this label: see `promote`.")
@parity_options
@dry_run_option
@json_option
@target_options
def up(  # noqa: PLR0913 - one parameter per option
    *,
    source: str | ModelReference,
    root: Path,
    model: str | None,
    destination: BucketUri | None,
    warmup_rows: int | None,
    verify_url: str | None,
    label: str | None,
    examination: Callable[[str], Examination],
    target: Target,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring a model into the repository: train it if SQL is given, export, pull and publish.

    What is done already is not done again: interrupted anywhere and run again, it goes on where
    it was. When the newest version was made from this very SQL, it says so at once.
    """
    if label is not None:
        require_label(label)
    if not verify_url:
        refuse_parity_options("without --verify-url")
    if force and isinstance(source, ModelReference):
        raise UsageError("--force trains again, and no SQL was given", hint="give the SQL file")
    current = None if force else _current(root, model, source, target)
    if current is not None and (dry_run or not verify_url or gate_is_passed(current, verify_url)):
        report(f"{current} is up to date")
        if dry_run:
            steps = _gate_steps(current, verify_url, label)
            write_document({"steps": steps, "up_to_date": str(current.folder)})
            return
        _promote(root, current, label)
        write_published(current, as_json=as_json, status="up_to_date")
        return
    from bqml_export.chain import up as chain  # seconds to import
    from bqml_export.clients import open_clients

    request = _request(source, root, model, destination, warmup_rows, force=force)
    with open_clients(target) as clients:
        if dry_run:
            steps = chain.dry_run(clients, request) + _gate_steps(None, verify_url, label)
            write_document({"steps": steps})
            return
        outcome = chain.up(clients, request, report)
        if verify_url and not gate_is_passed(outcome.version, verify_url):
            run_gate(clients, outcome.version, examination(verify_url))
    _promote(root, outcome.version, label)
    status = "published" if outcome.published_now else "up_to_date"
    write_published(outcome.version, as_json=as_json, status=status)


def _gate_steps(
    current: Version | None, verify_url: str | None, label: str | None
) -> list[JsonObject]:
    steps: list[JsonObject] = []
    if verify_url and not (current and gate_is_passed(current, verify_url)):
        steps.append({"step": "verify", "url": verify_url})
    if label is not None:
        steps.append({"step": "promote", "label": label})
    return steps


def _request(
    source: str | ModelReference,
    root: Path,
    model: str | None,
    destination: BucketUri | None,
    warmup_rows: int | None,
    *,
    force: bool,
) -> UpRequest:
    from bqml_export.chain.up import UpRequest  # seconds to import
    from bqml_export.chain.warmup import WarmupRequest
    from bqml_export.warehouse.statement import read_statement

    wanted = source if isinstance(source, ModelReference) else read_statement(source)
    named = wanted if isinstance(wanted, ModelReference) else wanted.model
    return UpRequest(
        source=wanted,
        root=root,
        model=model or named.model,
        destination=destination,
        force=force,
        warmup=WarmupRequest(warmup_rows),
    )


def _promote(root: Path, version: Version, label: str | None) -> None:
    if label is not None:
        wanted = Promotion(root=root, model=version.model, version=version.number, label=label)
        change = promote(wanted, report, dry_run=False)
        report(f"{version.model}: {label} is version {change.version}")


def _current(
    root: Path, model: str | None, source: str | ModelReference, target: Target
) -> Version | None:
    if isinstance(source, ModelReference):
        return None  # only BigQuery knows whether it was trained again
    found = newest_made_from(root, model, sql_sha256(source), target.engine)
    if found is None:
        return None
    version, reference = found
    project = target.named_project
    if project in (None, reference.project):
        return version
    from bqml_export.warehouse.statement import read_statement  # slow to import

    named = read_statement(source).model.in_project(project or "")
    return version if named == reference else None
