"""`verify`: the parity gate between a served version and the model in BigQuery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bqml_export.cli._file_check import check_files
from bqml_export.cli._options import dry_run_option, root_option, target_options
from bqml_export.cli._parity_options import DEFAULT_URL, parity_options, refuse_parity_options
from bqml_export.cli._parity_table import write_parity
from bqml_export.errors import BqmlExportError, GateError
from bqml_export.parity.comparison import Examination
from bqml_export.repository.versions import Version, model_folder, models_of, versions_of
from bqml_export.settings import Target
from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document
from foundation.json_types import JsonObject

if TYPE_CHECKING:
    from bqml_export.chain.verify import Compared
    from bqml_export.clients import Clients


@click.command(
    epilog=example(
        "bqml-export verify --model iris_model --root serving_dir --url http://127.0.0.1:8501"
    ),
)
@root_option
@click.option("--model", metavar="NAME", help="Only this model.  [default: every model]")
@click.option(
    "--version",
    type=click.IntRange(1),
    help="Only this version.  [default: the newest; with --files-only every version]",
)
@click.option(
    "--url",
    default=DEFAULT_URL,
    show_default=True,
    envvar="BQML_EXPORT_URL",
    help="The server, by TensorFlow Serving's REST API.",
)
@click.option("--files-only", is_flag=True, help="Only compare files with their recorded hashes.")
@parity_options
@dry_run_option
@json_option
@target_options
def verify(  # noqa: PLR0913 - one parameter per option
    root: Path,
    model: str | None,
    version: int | None,
    url: str,
    examination: Callable[[str], Examination],
    target: Target,
    *,
    files_only: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Ask BigQuery and the endpoint about the same rows, and compare what they say.

    First every file is compared with its hash in bqml.json. Then rows of the training query, a row
    of each class, NULLs, unseen categories and extreme numbers go to ML.PREDICT and to the server
    at --url. The report is kept as ROOT/MODEL/parity/VERSION.json; `promote` asks for it.

    Exit codes: 0 they agree, 1 they do not, 2 they could not be compared.
    """
    every = _wanted(root, model, version)
    if files_only:
        refuse_parity_options("with --files-only", "url", "dry_run")
        check_files(every, as_json=as_json)
        return
    from bqml_export.chain import verify as chain  # seconds to import
    from bqml_export.clients import open_clients

    newest = list({found.model: found for found in every}.values())
    with open_clients(target) as clients:
        if dry_run:
            _write_dry_run(clients, newest, examination(url))
            return
        compared = chain.compare_versions(clients, newest, examination(url), report)
    _write(compared, as_json=as_json)
    try:
        chain.require_passed(compared)
    except BqmlExportError as exc:
        if as_json:  # the document is written
            click.get_current_context().exit(exc.exit_code)
        raise


def _wanted(root: Path, model: str | None, number: int | None) -> list[Version]:
    if model is not None:
        model_folder(root, model)
    found = [
        version
        for name in ([model] if model else models_of(root))
        for version in versions_of(root, name)
        if number in (None, version.number)
    ]
    if not found:
        what = f"version {number} of {model}" if model and number else model or "version"
        raise GateError(f"no {what} is published in {root}", hint="`bqml-export ls` lists them")
    return found


def _write_dry_run(clients: Clients, versions: Sequence[Version], wanted: Examination) -> None:
    from bqml_export.parity.gate import dry_run
    from bqml_export.parity.subject import read_subject

    planned = [dry_run(clients, read_subject(version), wanted) for version in versions]
    write_document({"versions": planned})


def _write(compared: Sequence[Compared], *, as_json: bool) -> None:
    if as_json:
        write_document({"versions": [_document(one) for one in compared]})
        return
    for one in compared:
        if one.report is not None:
            write_parity(one.report)
        elif len(compared) > 1:
            report(f"{one.version}: {one.verdict}, {one.error}")


def _document(one: Compared) -> JsonObject:
    if one.report is not None:
        return one.report.to_json()
    return {
        "model": one.version.model,
        "version": one.version.number,
        "verdict": one.verdict,
        "error": str(one.error),
    }
