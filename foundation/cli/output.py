"""What a command writes: its result on stdout, everything else on stderr."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence

import click

from foundation.json_types import JsonObject

PIPE_COLUMNS = 240
"""Into a pipe nothing is wrapped: one row per line can be searched."""


def report(line: str) -> None:
    click.echo(line, err=True)


def write_document(document: JsonObject) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def write_result(document: JsonObject, text: str, *, as_json: bool) -> None:
    if as_json:
        write_document(document)
    else:
        click.echo(text)


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def write_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    lines: bool = False,
    pipe_columns: int = PIPE_COLUMNS,
) -> None:
    """`lines` rules off rows of several lines."""
    from rich.box import SIMPLE, SIMPLE_HEAD  # only tables need rich
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    box = SIMPLE if lines else SIMPLE_HEAD
    table = Table(*headers, box=box, show_edge=False, pad_edge=False, show_header=any(headers))
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row), end_section=lines)
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else pipe_columns
    Console(file=sys.stdout, width=columns, highlight=False).print(table)
