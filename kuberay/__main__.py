"""The command line of kuberay: `bqml-kuberay`, or `python -m kuberay`."""

from __future__ import annotations

from foundation.cli.group import end_on_sigterm
from kuberay.cli.group import FRAME, cli


def main() -> None:
    end_on_sigterm()
    cli(prog_name=FRAME.program)


if __name__ == "__main__":
    main()
