"""`bqml-loadtest config show`: the settings in force and where each came from."""

from __future__ import annotations

import json
import sys

import click

from loadtest.cli.options import load_settings, settings_options

_PIPE_COLUMNS = 240


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command(epilog="Example: BQML_LOADTEST_PHASES__USERS=8 bqml-loadtest config show")
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show(*, as_json: bool, **options: object) -> None:
    """Print every setting with its value, where it came from and what it does."""
    rows = _rows(options)
    if as_json:
        click.echo(json.dumps(rows, indent=1))
    else:
        _print_table(rows)


def _rows(options: dict[str, object]) -> list[dict[str, object]]:
    from loadtest.settings.load import known_keys

    loaded = load_settings(options)
    tree = loaded.settings.model_dump(mode="json")
    rows = []
    for key, cls in known_keys().items():
        group, _, name = key.rpartition(".")
        description = cls.model_fields[name].description
        origin = loaded.origins.get(key, "default")
        rows.append({"setting": key, "value": tree[group][name], "origin": origin,
                     "description": description})  # fmt: skip
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
