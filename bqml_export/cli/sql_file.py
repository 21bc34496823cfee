"""The SQL file argument."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, ParamSpec, TypeVar

import click

from bqml_export.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def sql_argument(command: Callable[P, R]) -> Callable[P, R]:
    """Adds the argument SQLFILE; the command takes it as `sql_file: TextIO`."""
    # utf-8-sig: editors on Windows put a mark before the text that BigQuery would refuse
    file_type = click.File("r", encoding="utf-8-sig")
    return click.argument("sql_file", metavar="SQLFILE|-", type=file_type)(command)


def read_sql(sql_file: IO[str]) -> str:
    """Returns the text of the SQL file.

    Raises:
        UsageError: It is empty or not UTF-8.
    """
    try:
        sql = sql_file.read()
    except UnicodeDecodeError as exc:
        raise UsageError("the SQL is not UTF-8 text", hint="save the file as UTF-8") from exc
    if not sql.strip():
        raise UsageError("the SQL is empty", hint="it must be a CREATE MODEL statement")
    return sql
