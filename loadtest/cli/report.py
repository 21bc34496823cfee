"""`bqml-loadtest report`: judge and show a run again."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click


@click.command(epilog="Example: bqml-loadtest report loadtest_reports/20260801-120000")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--set", "assignments", multiple=True, metavar="rules.KEY=VALUE",
              help="Another rule than the run's, repeatable.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def report(folder: Path, assignments: tuple[str, ...], *, as_json: bool) -> None:
    """Write the report of a run again, from what it observed; also of one that crashed."""
    from foundation.settings.sources import assignment
    from loadtest.cli._answer import conclude
    from loadtest.record.store import read_record
    from loadtest.settings.load import load, text_source, tree_source
    from loadtest.verdict.judge import judge

    record = read_record(folder)
    changes = dict(assignment(text) for text in assignments)
    settings = load(
        tree_source(record.settings, str(folder)), text_source(changes, "command line")
    ).settings
    # The page shows the rules by which it judges; `record.json` keeps those of the run.
    shown = replace(record, settings=settings.model_dump(mode="json"))
    sys.exit(conclude(shown, judge(record, settings), folder, as_json=as_json))
