"""`bqml-serve config show`: the settings in force and where each came from."""

from __future__ import annotations

import json
import sys

import click

from serve_app.cli.options import load_settings, settings_options
from serve_app.settings.load import LoadedSettings, known_keys

_PIPE_COLUMNS = 240


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command(epilog="Example: BQML_SERVE_AUTOSCALING__MAX_REPLICAS=8 bqml-serve config show")
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show(*, as_json: bool, **options: object) -> None:
    """Print every setting with its value, where it came from and what it does."""
    rows = _rows(load_settings(options))
    if as_json:
        click.echo(json.dumps(rows, indent=1))
    else:
        _print_table(rows)


def _rows(loaded: LoadedSettings) -> list[dict[str, object]]:
    rows = []
    for key, cls in known_keys().items():
        value: object = loaded.settings.model_dump(mode="json")
        for part in key.split("."):
            assert isinstance(value, dict)
            value = value[part]
        description = cls.model_fields[key.rpartition(".")[2]].description
        origin = loaded.origins.get(key, "default")
        rows.append({"setting": key, "value": value, "origin": origin, "description": description})
    return rows


def _print_table(rows: list[dict[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("setting", no_wrap=True)
    for header in ("value", "from", "what it does"):
        table.add_column(header, overflow="fold")
    for row in rows:
        value = row["value"] if isinstance(row["value"], str) else json.dumps(row["value"])
        table.add_row(
            str(row["setting"]),
            value,
            str(row["origin"]),
            " ".join(str(row["description"]).split()),
        )
    # Into a pipe nothing is wrapped: one setting per line can be searched.
    Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS).print(table)
