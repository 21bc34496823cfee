"""What a command says at the end: the verdict for people or machines, and where the report is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from loadtest.record.observations import RunRecord
from loadtest.verdict.result import RuleResult, Verdict


def conclude(record: RunRecord, verdict: Verdict, folder: Path, *, as_json: bool) -> int:
    from loadtest.report.tables import summary
    from loadtest.report.write import write_report

    files = write_report(record, verdict, folder)
    if as_json:
        document = {**summary(record, verdict), "report": str(files[0])}
        click.echo(json.dumps(document))
    else:
        _print(verdict)
        click.echo(f"\nreport: {files[0]}")
    return verdict.exit_code


def _print(verdict: Verdict) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for header in ("rule", "asked", "measured"):
        table.add_column(header, overflow="fold")
    for result, passed, failed in _marked(verdict):
        mark = f"[green]{passed}[/]" if result.passed else f"[bold red]{failed}[/]"
        table.add_row(mark, result.title, result.asked, result.measured)
    console = Console()
    console.print(table)
    console.print(f"\n[bold]{verdict.status}[/]{_meaning(verdict)}", highlight=False)


def _marked(verdict: Verdict) -> Iterable[tuple[RuleResult, str, str]]:
    yield from ((rule, "passed", "FAILED") for rule in verdict.rules)
    yield from ((check, "valid", "INVALID") for check in verdict.validity)


def _meaning(verdict: Verdict) -> str:
    if verdict.status == "invalid":
        names = ", ".join(check.name for check in verdict.validity if not check.passed)
        return f": the run proves nothing ({names})"
    names = ", ".join(rule.name for rule in verdict.rules if not rule.passed)
    return f": {names}" if names else ""
