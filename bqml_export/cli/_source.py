"""Where a command starts: SQL that makes a model, or a model that is there."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from bqml_export.errors import UsageError
from bqml_export.model_reference import ModelReference

# utf-8-sig: editors on Windows put a mark before the text that BigQuery would refuse
SQL_FILE = click.File("r", encoding="utf-8-sig")
sql_argument = click.argument("sql_file", metavar="SQLFILE|-", type=SQL_FILE)


def read_sql(sql_file: IO[str]) -> str:
    """UsageError if the file is empty or not UTF-8."""
    try:
        sql = sql_file.read()
    except UnicodeDecodeError as exc:
        raise UsageError("the SQL is not UTF-8 text", hint="save the file as UTF-8") from exc
    if not sql.strip():
        raise UsageError("the SQL is empty", hint="it must be a CREATE MODEL statement")
    return sql


if TYPE_CHECKING:
    _ParamType = click.ParamType[str | ModelReference]
else:
    _ParamType = click.ParamType  # it takes type arguments only since click 8.3


class Source(_ParamType):
    """A SQL file, `-` for stdin, or the name of a model; converts to text or a reference."""

    name = "source"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | ModelReference:
        """Takes a file of that name first."""
        if value == "-" or Path(value).exists():
            return read_sql(SQL_FILE.convert(value, param, ctx))
        # my_model.sql reads like a model `sql` in a dataset `my_model`, and is a typo.
        if "/" in value or value.lower().endswith(".sql"):
            raise UsageError(f"there is no file {value}", hint="check the path")
        try:
            return ModelReference.parse(value)
        except UsageError as exc:
            raise UsageError(
                f"'{value}' is neither a file nor a model",
                hint="give a file with CREATE MODEL, or [project.]dataset.model",
            ) from exc


source_argument = click.argument("source", metavar="SQLFILE|-|MODEL", type=Source())
