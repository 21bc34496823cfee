"""What `python -m benchmarks --growth` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from benchmarks.comparison.settings import BenchSettings
    from foundation.json_types import JsonObject


def measure_growth(
    settings: BenchSettings, about: JsonObject, folder: Path | None, *, as_json: bool
) -> None:
    """Measures the curves and shows them."""
    from rich.console import Console
    from rich.table import Table

    from benchmarks.growth._curves import curves
    from benchmarks.growth._report import HEAD, document, draw, lines, markdown

    found = curves(settings, lambda text: click.echo(text, err=True))
    told = about | {"curves": document(found)}
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "growth.json").write_text(json.dumps(told, indent=1))
        (folder / "growth.md").write_text(markdown(found))
        draw(found, folder / "growth.png")
        click.echo(f"wrote {folder}/growth.json, growth.md, growth.png", err=True)
    if as_json:
        click.echo(json.dumps(told, indent=1))
        return
    table = Table(title="One replica of ours")
    for number, name in enumerate(HEAD):
        table.add_column(name, justify="left" if number == 0 else "right")
    for line in lines(found):
        table.add_row(*line)
    Console(width=120).print(table)
