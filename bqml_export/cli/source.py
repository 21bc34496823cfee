"""The argument of `up`: SQL that makes a model, or a model that is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from bqml_export.cli.sql_file import read_sql
from bqml_export.errors import UsageError
from bqml_export.model_reference import ModelReference

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


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
        """Returns the SQL text or the model's name; a file of that name comes first.

        Raises:
            UsageError: It is neither, or the file is empty.
        """
        if value == "-" or Path(value).exists():
            # utf-8-sig: editors on Windows put a mark before the text that BigQuery would refuse
            return read_sql(click.File("r", encoding="utf-8-sig").convert(value, param, ctx))
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


def source_argument(command: Callable[P, R]) -> Callable[P, R]:
    """Adds the argument; the command takes it as `source: str | ModelReference`."""
    return click.argument("source", metavar="SQLFILE|-|MODEL", type=Source())(command)
