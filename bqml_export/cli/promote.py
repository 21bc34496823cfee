"""`promote`: point a label at a version."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from bqml_export.cli._options import dry_run_option, root_option
from bqml_export.errors import UsageError
from bqml_export.parity import promotion
from bqml_export.parity.promotion import STABLE, Promotion
from bqml_export.repository.labels import LabelChange
from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document


@click.command(
    epilog=example(
        "bqml-export promote iris_model 2 --root serving_dir",
        "bqml-export promote iris_model 3 --label canary",
        "bqml-export promote iris_model --label canary --remove",
    ),
)
@click.argument("model")
@click.argument("version", type=click.IntRange(1), required=False)
@root_option
@click.option("--label", default=STABLE, show_default=True, help="Which label to move.")
@click.option("--remove", is_flag=True, help="Take the label away.")
@click.option("--force", is_flag=True, help="Move `stable` without a passed gate; it is recorded.")
@click.option("--reason", metavar="TEXT", help="Why, for the journal; --force needs one.")
@dry_run_option
@json_option
def promote(  # noqa: PLR0913 - one parameter per option
    model: str,
    version: int | None,
    root: Path,
    label: str,
    reason: str | None,
    *,
    remove: bool,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Point --label at VERSION of MODEL; without VERSION at the newest one.

    Servers answer it as /v1/models/MODEL/labels/LABEL:predict. The label `stable` only moves to a
    version whose files, as they are now, have passed `verify`. Every change is a line of
    labels.journal.jsonl beside the versions: who, when and why.
    """
    if force and (remove or label != STABLE):
        raise UsageError(f"--force has no meaning here: only moving {STABLE} needs a passed gate")
    if force and not (reason or "").strip():
        raise UsageError("--force needs a --reason", hint='--reason "why nobody has to verify it"')
    wanted = Promotion(
        root=root, model=model, version=version, label=label, force=force, reason=reason
    )
    change = (promotion.remove if remove else promotion.promote)(wanted, report, dry_run=dry_run)
    if as_json or dry_run:
        moved = change.version != change.previous
        write_document({"model": model, "moved": moved and not dry_run, **asdict(change)})
        return
    click.echo(_line(model, change))


def _line(model: str, change: LabelChange) -> str:
    label = f"{model}: {change.label}"
    if change.version is None:
        return f"{label} removed, it was version {change.previous}"
    if change.version == change.previous:
        return f"{label} is version {change.version} already"
    before = f", it was {change.previous}" if change.previous is not None else ""
    forced = ", forced" if change.forced else ""
    return f"{label} is version {change.version} now{before}{forced}"
