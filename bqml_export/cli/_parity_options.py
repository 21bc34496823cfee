"""The options that say how the gate compares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from bqml_export.cli._options import gathered
from bqml_export.cli._source import SQL_FILE, read_sql
from bqml_export.errors import UsageError
from bqml_export.parity.comparison import Examination, Tolerance

R = TypeVar("R")

DEFAULT_URL = "http://127.0.0.1:8501"
_MOST_ROWS = 10_000
_TOLERANCE = click.FloatRange(min=0, max=1)

_OPTIONS = {
    "rows": click.option(
        "--rows",
        type=click.IntRange(1, _MOST_ROWS),
        default=100,
        show_default=True,
        help="Rows of the training query to compare, the same ones at every run.",
    ),
    "rows_from": click.option(
        "--rows-from",
        type=SQL_FILE,
        metavar="SQLFILE",
        help="A query whose rows take the place of those of the training query.",
    ),
    "absolute_tolerance": click.option(
        "--absolute-tolerance",
        type=_TOLERANCE,
        default=1e-6,
        show_default=True,
        help="How far two numbers may be apart ...",
    ),
    "relative_tolerance": click.option(
        "--relative-tolerance",
        type=_TOLERANCE,
        default=1e-5,
        show_default=True,
        help="... plus this times the larger one.",
    ),
    "maximum_bytes_billed": click.option(
        "--maximum-bytes-billed",
        type=click.IntRange(0),
        metavar="BYTES",
        envvar="BQML_EXPORT_MAXIMUM_BYTES_BILLED",
        help="Refuse a query that would read more.  [default: unlimited, but announced]",
    ),
    "wait_s": click.option(
        "--wait",
        "wait_s",
        type=click.FloatRange(min=0),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="How long the server may take to load the version.",
    ),
}


def parity_options(command: Callable[..., R]) -> Callable[..., R]:
    """Adds the options; the command takes them as `examination`, made from the server's URL."""
    return gathered(command, _OPTIONS, "examination", _examination)


def _examination(values: dict[str, Any]) -> Callable[[str], Examination]:
    def examination(url: str) -> Examination:
        rows_from = values["rows_from"]
        return Examination(
            url=url.rstrip("/"),
            rows=values["rows"],
            query=read_sql(rows_from).strip().rstrip(";") if rows_from else None,
            tolerance=Tolerance(values["absolute_tolerance"], values["relative_tolerance"]),
            maximum_bytes_billed=values["maximum_bytes_billed"],
            wait_s=values["wait_s"],
        )

    return examination


def refuse_parity_options(why: str, *others: str) -> None:
    """Refuses typed options that would be ignored, `others` too; `why` is for the error."""
    context = click.get_current_context()
    for parameter in context.command.params:
        typed = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if typed and parameter.name in {*_OPTIONS, *others}:
            raise UsageError(f"{parameter.opts[0]} has no meaning {why}")
