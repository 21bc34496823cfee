"""`validate`: find what would be refused, and what would be accepted and then fail."""

from __future__ import annotations

import click

from foundation.cli.options import example, json_option
from foundation.cli.output import write_document
from kuberay.cli._findings import report_document, write_findings, write_rules
from kuberay.cli._options import Checks, check_options, context_option
from kuberay.errors import UsageError


@click.command(
    epilog=example(
        "bqml-kuberay validate rayservice.yaml",
        "bqml-kuberay render deploy.yaml | bqml-kuberay validate -",
    ),
)
@click.argument("files", nargs=-1, metavar="FILE...")
@check_options
@context_option
@click.option("--strict", is_flag=True, help="End with exit code 1 for warnings too.")
@click.option("--list-rules", is_flag=True, help="Print every rule with its reason, and end.")
@json_option
def validate(
    files: tuple[str, ...],
    checks: Checks,
    context: str | None,
    *,
    strict: bool,
    list_rules: bool,
    as_json: bool,
) -> None:
    """Check the YAML streams of FILE... (- is standard input).

    Any RayService or RayCluster, and the objects beside it. Ends with 0 when there is no error,
    with 1 when there is one, and with 2 when the input cannot be read at all.
    """
    if list_rules:
        _list_rules(as_json=as_json)
        return
    if not files:
        raise UsageError("no file to check", hint="name a file, or - for standard input")
    from kuberay.validate.checks import validate as validated
    from kuberay.validate.manifest.stream import read_files

    options = checks(context)
    stream = read_files(files)
    if not stream.documents and not stream.findings:
        raise UsageError(f"no object in {', '.join(files)}", hint="the input is empty")
    found = validated(stream, options)
    if as_json:
        write_document(report_document(found))
    else:
        write_findings(found)
    failed = found.errors or (strict and found.warnings)
    click.get_current_context().exit(1 if failed else 0)


def _list_rules(*, as_json: bool) -> None:
    from kuberay.validate.checks import all_rules

    if as_json:
        write_document({"rules": [rule.document() for rule in all_rules()]})
    else:
        write_rules(all_rules())
