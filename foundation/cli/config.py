"""`config show`: the settings in force and where each came from."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from foundation.cli.output import PIPE_COLUMNS
from foundation.json_types import JsonObject

if TYPE_CHECKING:
    from foundation.settings.load import LoadedSettings


def config_group(
    options: Callable[[Callable[..., Any]], Callable[..., Any]],
    load: Callable[[dict[str, Any]], LoadedSettings[Any]],
    example: str,
) -> click.Group:
    """Makes the command `config`; `load` makes the settings of the values of `options`."""

    @click.group()
    def config() -> None:
        """Look at the settings."""

    @config.command(epilog=f"Example: {example}")
    @options
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    def show(*, as_json: bool, **values: object) -> None:
        """Print every setting with its value, where it came from and what it does."""
        rows = _rows(load(values))
        if as_json:
            click.echo(json.dumps(rows, indent=1))
        else:
            _print_table(rows)

    return config


def _rows(loaded: LoadedSettings[Any]) -> list[JsonObject]:
    from foundation.settings.keys import known_keys

    tree = loaded.settings.model_dump(mode="json")
    rows = []
    for key, cls in known_keys(type(loaded.settings)).items():
        *groups, name = key.split(".")
        value = tree
        for group in groups:
            value = value[group]
        origin = loaded.origins.get(key, "default")
        description = cls.model_fields[name].description
        rows.append({"setting": key, "value": value[name], "origin": origin,
                     "description": description})  # fmt: skip
    return rows


def _print_table(rows: list[JsonObject]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("setting", no_wrap=True)
    for header in ("value", "from", "what it does"):
        table.add_column(header, overflow="fold")
    for row in rows:
        value = row["value"] if isinstance(row["value"], str) else json.dumps(row["value"])
        words = " ".join(str(row["description"]).split())
        table.add_row(row["setting"], value, row["origin"], words)
    Console(width=None if sys.stdout.isatty() else PIPE_COLUMNS).print(table)
