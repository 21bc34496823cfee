"""The command line of kuberay: `bqml-kuberay`, or `python -m kuberay`."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from kuberay.cli.group import cli

if TYPE_CHECKING:
    from types import FrameType


def main() -> None:
    """Runs the command line; SIGTERM ends it as cleanly as Ctrl-C does."""
    signal.signal(signal.SIGTERM, _terminate)
    cli(prog_name="bqml-kuberay")


def _terminate(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
