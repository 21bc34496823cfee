"""`python -m benchmarks`: our service beside others, side by side in one run."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from foundation.cli.failure import Frame
from foundation.cli.group import run as run_command
from foundation.errors import BqmlError, SettingsError

if TYPE_CHECKING:
    from benchmarks.comparison.benchmark import Benchmark
    from benchmarks.comparison.settings import BenchSettings
    from foundation.json_types import JsonObject


FRAME = Frame(
    program="python -m benchmarks",
    package="benchmarks",
    install="make bench, or pip install '.[serve,loadtest]' in the project",
    exit_code=2,
)


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: python -m benchmarks --only ours-rest,fastapi-tf --connections 64",
)
@click.option("--root", default="serving_dir", show_default=True, help="Model repository.")
@click.option("--model", default="", help="Model to ask; not needed where there is only one.")
@click.option("--only", default="", metavar="NAMES", help="Servers to start, with commas.")
@click.option("--skip", default="", metavar="NAMES", help="Servers not to start, with commas.")
@click.option(
    "--target", "targets", multiple=True, metavar="NAME=URL",
    help="A server that runs already and speaks TensorFlow Serving's REST API; repeatable.",
)  # fmt: skip
@click.option(
    "--target-pid", "pids", multiple=True, metavar="NAME=PID",
    help="A process of that server: its CPU, and its children's, are counted.",
)  # fmt: skip
@click.option("--connections", default="1,8,64", show_default=True, help="With commas.")
@click.option("--rows", default="1,32", show_default=True, help="Rows per request, with commas.")
@click.option("--rounds", default=3, show_default=True, help="Visits of each server.")
@click.option("--measure-s", default=3.0, show_default=True, help="Seconds of one measurement.")
@click.option("--budget-s", default=600.0, show_default=True, help="No new round after it.")
@click.option(
    "--generator", default="auto", show_default=True,
    type=click.Choice(["auto", "wrk", "builtin"]), help="What sends REST requests.",
)  # fmt: skip
@click.option("--baseline", default="ours-rest", show_default=True, help="To compare with.")
@click.option("--growth", is_flag=True, help="Measure how our cost grows, instead of comparing.")
@click.option("--folder", type=click.Path(path_type=Path), help="Also write bench.{json,md,png}.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document at the end.")
def bench(*, folder: Path | None, growth: bool, as_json: bool, **options: str) -> None:
    """Measure requests per second and per CPU second, and compare.

    Every server is visited in every round, by turns, so that they share the machine's moods; the
    table has medians over the rounds. Servers: ours-rest, ours-rest-2 (two replicas), ours-ingress
    (without the fast path), ours-grpc; echo-ray and echo-uvicorn (a fixed answer, no model),
    fastapi-tf, ray-documented.

    --growth asks one replica with more and more rows, clients, features and versions.
    """
    settings = _settings(options)
    signal.signal(signal.SIGTERM, _interrupt)  # the servers must be stopped then too
    try:
        if growth:
            from benchmarks.growth.show import measure_growth

            measure_growth(settings, _about(settings), folder, as_json=as_json)
        else:
            _compare(settings, folder, as_json=as_json)
    except KeyboardInterrupt as exc:
        raise BqmlError("interrupted; all servers are stopped") from exc


def _compare(settings: BenchSettings, folder: Path | None, *, as_json: bool) -> None:
    from benchmarks.comparison.benchmark import run

    found = run(settings, lambda text: click.echo(text, err=True))
    about = _about(settings)
    if folder is not None:
        _write(found, settings, about, folder)
    if as_json:
        from benchmarks.comparison.table import document

        click.echo(json.dumps(document(found, about), indent=1))
    else:
        _show(found, settings)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _settings(options: dict[str, str]) -> BenchSettings:
    from pydantic import ValidationError

    from benchmarks.comparison.settings import OWN, RIVALS, BenchSettings

    known = (*OWN, *RIVALS)
    only, skip = _list(options["only"]), _list(options["skip"])
    if unknown := sorted({*only, *skip} - set(known)):
        raise SettingsError(f"unknown server {unknown[0]}: expected {', '.join(known)}")
    pids = dict(_pair(text, "--target-pid") for text in options["pids"])
    targets = dict(_pair(text, "--target") for text in options["targets"])
    if stray := sorted(pids.keys() - targets.keys()):
        raise SettingsError(f"--target-pid {stray[0]}: there is no --target of that name")
    try:
        return BenchSettings.model_validate(
            {
                name: options[name]
                for name in ("root", "model", "rounds", "measure_s", "budget_s", "generator",
                             "baseline")
            }
            | {
                "names": [n for n in known if (n in only or not only) and n not in skip],
                "connections": _list(options["connections"]),
                "rows": _list(options["rows"]),
                "targets": [
                    {"name": name, "url": url, "pid": pids.get(name)}
                    for name, url in targets.items()
                ],
            }
        )  # fmt: skip
    except ValidationError as exc:
        (first, *_) = exc.errors()
        where = ".".join(map(str, first["loc"])) or "settings"
        raise SettingsError(f"{where}: {first['msg']}") from exc


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise SettingsError(f"{option} {text}: expected NAME=VALUE")
    return name, value


def _about(settings: BenchSettings) -> JsonObject:
    from datetime import UTC, datetime

    from loadtest.run.environment import machine, versions

    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join([FRAME.program, *sys.argv[1:]]),
        "machine": machine(),
        "versions": versions(),
        "settings": settings.model_dump(mode="json"),
    }


def _write(found: Benchmark, settings: BenchSettings, about: JsonObject, folder: Path) -> None:
    from benchmarks.comparison.chart import draw
    from benchmarks.comparison.table import document, markdown

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(document(found, about), indent=1))
    (folder / "bench.md").write_text(markdown(found, settings.baseline))
    draw(found, folder / "bench.png")
    click.echo(f"wrote {folder}/bench.json, bench.md, bench.png", err=True)


def _show(found: Benchmark, settings: BenchSettings) -> None:
    from rich.console import Console
    from rich.table import Table

    from benchmarks.comparison.table import head, lines

    table = Table(title=f"{found.rounds} rounds, generator {found.generator}")
    for number, name in enumerate(head(settings.baseline)):
        table.add_column(name, justify="left" if number == 0 else "right")
    for line in lines(found, settings.baseline):
        table.add_row(*line)
    console = Console(width=None if sys.stdout.isatty() else 170)
    console.print(table)
    for note in found.notes:
        console.print(f"note: {note}")


if __name__ == "__main__":
    run_command(bench, FRAME)
