"""The options that say how the gate compares."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TextIO, TypeVar

import click
from click.core import ParameterSource

from bqml_export.cli.sql_file import read_sql
from bqml_export.errors import UsageError
from bqml_export.parity.comparison import Examination, Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")

DEFAULT_URL = "http://127.0.0.1:8501"
_MOST_ROWS = 10_000
_TOLERANCE = click.FloatRange(min=0, max=1)

_OPTIONS = (
    click.option(
        "--rows",
        type=click.IntRange(1, _MOST_ROWS),
        default=100,
        show_default=True,
        help="Rows of the training query to compare, the same ones at every run.",
    ),
    click.option(
        "--rows-from",
        type=click.File("r", encoding="utf-8-sig"),
        metavar="SQLFILE",
        help="A query whose rows take the place of those of the training query.",
    ),
    click.option(
        "--absolute-tolerance",
        type=_TOLERANCE,
        default=1e-6,
        show_default=True,
        help="How far two numbers may be apart ...",
    ),
    click.option(
        "--relative-tolerance",
        type=_TOLERANCE,
        default=1e-5,
        show_default=True,
        help="... plus this times the larger one.",
    ),
    click.option(
        "--maximum-bytes-billed",
        type=click.IntRange(0),
        metavar="BYTES",
        envvar="BQML_EXPORT_MAXIMUM_BYTES_BILLED",
        help="Refuse a query that would read more.  [default: unlimited, but announced]",
    ),
    click.option(
        "--wait",
        "wait_s",
        type=click.FloatRange(min=0),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="How long the server may take to load the version.",
    ),
)

_NAMES = (
    "rows",
    "rows_from",
    "absolute_tolerance",
    "relative_tolerance",
    "maximum_bytes_billed",
    "wait_s",
)


def parity_options(command: Callable[..., R]) -> Callable[..., R]:
    """Adds the options; the command takes them as `examination`, made from the server's URL."""

    @functools.wraps(command)
    def wrapped(
        *,
        rows: int,
        rows_from: TextIO | None,
        absolute_tolerance: float,
        relative_tolerance: float,
        maximum_bytes_billed: int | None,
        wait_s: float,
        **rest: object,
    ) -> R:
        def examination(url: str) -> Examination:
            return Examination(
                url=url.rstrip("/"),
                rows=rows,
                query=read_sql(rows_from).strip().rstrip(";") if rows_from else None,
                tolerance=Tolerance(absolute_tolerance, relative_tolerance),
                maximum_bytes_billed=maximum_bytes_billed,
                wait_s=wait_s,
            )

        return command(examination=examination, **rest)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def refuse_parity_options(why: str, *others: str) -> None:
    """Returns when none of the options was typed, because they would be ignored.

    Args:
        why: What makes them meaningless, for the error.
        others: Names of more parameters of the command that would be ignored.

    Raises:
        UsageError: One was.
    """
    context = click.get_current_context()
    for parameter in context.command.params:
        typed = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if typed and parameter.name in {*_NAMES, *others}:
            raise UsageError(f"{parameter.opts[0]} has no meaning {why}")
