"""The entry point of `bqml-export` and of `python -m bqml_export`."""

from __future__ import annotations

from bqml_export.cli.group import FRAME, cli
from foundation.cli.group import end_on_sigterm, run


def main() -> None:
    end_on_sigterm()
    run(cli, FRAME)


if __name__ == "__main__":
    main()
