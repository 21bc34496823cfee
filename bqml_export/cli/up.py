"""`up` (also `deploy`): from SQL to a published version."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import click

from bqml_export.cli.options import (
    destination_option,
    dry_run_option,
    example,
    json_option,
    root_option,
    target_options,
    warmup_option,
)
from bqml_export.cli.output import report, write_document
from bqml_export.cli.published import write_published
from bqml_export.cli.sql_file import read_sql, sql_argument
from bqml_export.repository.up_to_date import newest_made_from
from bqml_export.sql_digest import sql_sha256

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.bucket.uri import BucketUri
    from bqml_export.repository.versions import Version
    from bqml_export.settings import Target


@click.command(
    short_help="Do all of it: train, export, pull, publish.",
    epilog=example("bqml-export up sql/iris_model.sql --root serving_dir --local"),
)
@sql_argument
@root_option
@click.option("--model", metavar="NAME", help="Name in the repository.  [default: as in the SQL]")
@destination_option
@click.option("--force", is_flag=True, help="Train again, even if this SQL made the model.")
@warmup_option
@dry_run_option
@json_option
@target_options
def up(  # noqa: PLR0913 - one parameter per option
    sql_file: TextIO,
    root: Path,
    model: str | None,
    destination: BucketUri | None,
    warmup_rows: int | None,
    target: Target,
    *,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring the model of SQLFILE into the repository: train, export, pull and publish.

    What is done already is not done again: interrupted anywhere and run again, it goes on where
    it was. When the newest version was made from this very SQL, it says so at once.
    """
    sql = read_sql(sql_file)
    current = None if force else _current(root, model, sql, target)
    if current is not None:
        report(f"{current.model} version {current.number} is up to date")
        if dry_run:
            write_document({"steps": [], "up_to_date": str(current.folder)})
        else:
            write_published(current, as_json=as_json, status="up_to_date")
        return
    from bqml_export.chain import up as chain  # seconds to import
    from bqml_export.chain.warmup import WarmupWish
    from bqml_export.clients import open_clients
    from bqml_export.warehouse.statement import read_statement

    statement = read_statement(sql)
    wish = chain.Wish(
        statement=statement,
        root=root,
        model=model or statement.model.model,
        destination=destination,
        force=force,
        warmup=WarmupWish(warmup_rows),
    )
    with open_clients(target) as clients:
        if dry_run:
            write_document({"steps": chain.dry_run(clients, wish)})
            return
        outcome = chain.up(clients, wish, report)
    status = "published" if outcome.published_now else "up_to_date"
    write_published(outcome.version, as_json=as_json, status=status)


def _current(root: Path, model: str | None, sql: str, target: Target) -> Version | None:
    """Returns the newest version if it is what this SQL makes in this project."""
    found = newest_made_from(root, model, sql_sha256(sql), target.engine)
    if found is None:
        return None
    version, reference = found
    project = target.named_project
    if project in (None, reference.project):
        return version
    from bqml_export.warehouse.statement import read_statement  # slow to import

    named = read_statement(sql).model.in_project(project or "")
    return version if named == reference else None
