"""`bqml-loadtest run`: the load test."""

from __future__ import annotations

import contextlib
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from foundation.errors import SettingsError
from loadtest.cli._options import load_settings, settings_options
from loadtest.errors import LoadTestError

if TYPE_CHECKING:
    from loadtest.settings.load_test import LoadTestSettings


@click.command(epilog="Example: bqml-loadtest run --local --root serving_dir")
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document at the end.")
def run(*, as_json: bool, **options: object) -> None:
    """Load a service step by step, watch its replicas, and give a verdict and a report.

    Exit code: 0 passed, 1 a rule failed, 2 the run proves nothing. Ctrl-C ends the run early; what
    was observed until then is reported.
    """
    from loadtest.cli._answer import conclude
    from loadtest.report.live import LiveView
    from loadtest.run.run import run as go
    from loadtest.verdict.judge import judge

    settings = load_settings(options).settings
    folder = _new_folder(settings)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with LiveView() as view:
            if settings.service.start:
                click.echo("starting the service ...", err=True)
            record = go(settings, folder, view)
    except KeyboardInterrupt as exc:
        raise LoadTestError("interrupted before the load began") from exc
    finally:
        with contextlib.suppress(OSError):  # nothing was kept in it
            folder.rmdir()
    sys.exit(conclude(record, judge(record, settings), folder, as_json=as_json))


def _new_folder(settings: LoadTestSettings) -> Path:
    from datetime import datetime

    name = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    for number in range(1, 100):
        folder = settings.report.folder / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as exc:
            raise SettingsError(f"report.folder: {folder} cannot be made: {exc.strerror}") from exc
        return folder
    raise AssertionError(f"a hundred runs in the second {name}")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
