from __future__ import annotations

from collections.abc import Iterable

import click

from foundation.cli.output import counted, report, write_table
from foundation.json_types import JsonObject
from kuberay.validate.checks import Report
from kuberay.validate.finding import Finding
from kuberay.validate.rule import Rule

PIPE_COLUMNS = 160
"""Findings are sentences: wider than this they are hard to read."""


def write_findings(found: Report) -> None:
    if found.findings:
        rows = [_row(finding) for finding in found.findings]
        write_table(("rule", "finding"), rows, lines=True, pipe_columns=PIPE_COLUMNS)
    for reason in found.skipped:
        report(f"not checked: {reason}")
    report(summary(found))


def summary(found: Report) -> str:
    objects = counted(len(found.objects), "object")
    if not found.findings:
        return f"{objects} checked: no findings"
    return (
        f"{objects} checked: {counted(found.errors, 'error')}, {counted(found.warnings, 'warning')}"
    )


def report_document(found: Report) -> JsonObject:
    return {
        "valid": not found.errors,
        "errors": found.errors,
        "warnings": found.warnings,
        "objects": list(found.objects),
        "findings": [finding.document() for finding in found.findings],
        "not_checked": list(found.skipped),
    }


def write_rules(rules: Iterable[Rule]) -> None:
    for rule in rules:
        click.echo(f"{rule.id}  [{rule.severity}, {rule.source}]")
        click.echo(f"    expected: {rule.expected}")
        click.echo(f"    why: {rule.why}")
        if rule.fix:
            click.echo(f"    fix: {rule.fix}")


def _row(finding: Finding) -> tuple[str, str]:
    place = finding.place
    lines = [
        f"{place.file}:{place.line} {place.object} {place.path}".strip(),
        f"came: {finding.came}",
        f"expected: {finding.expected}",
        *([f"fix: {finding.fix}"] if finding.fix else []),
    ]
    return f"{finding.severity}\n{finding.rule}\n({finding.source})", "\n".join(lines)
