"""`load`: fill a table from a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from bqml_export.cli._options import dry_run_option, target_options
from bqml_export.model_reference import ModelReference
from bqml_export.settings import Target
from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document, write_result


@click.command(
    epilog=example("bqml-export load houses.csv demo.houses --local"),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("table", metavar="DATASET.TABLE")
@click.option("--replace", is_flag=True, help="Fill a table anew that has rows already.")
@dry_run_option
@json_option
@target_options
def load(
    file: Path, table: str, target: Target, *, replace: bool, dry_run: bool, as_json: bool
) -> None:
    """Load FILE into a table, so that a CREATE MODEL statement can read it.

    A CSV file's first line names its columns; types are detected.
    """
    reference = ModelReference.parse(table)
    from bqml_export.clients import open_clients  # seconds to import
    from bqml_export.warehouse import loading

    if dry_run:
        write_document(loading.request_body(file, reference, replace=replace))
        return
    with open_clients(target) as clients:
        loaded = loading.load(clients, file, reference, report, replace=replace)
    write_result(asdict(loaded), f"{loaded.table}: {loaded.rows} rows", as_json=as_json)
