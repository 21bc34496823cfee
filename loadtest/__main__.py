"""The command line of loadtest: `bqml-loadtest`, or `python -m loadtest`."""

from __future__ import annotations

import sys

import click

from loadtest.cli.config import config
from loadtest.cli.plan import plan
from loadtest.cli.report import report
from loadtest.cli.run import run
from loadtest.errors import LoadTestError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Prove by load that replicas grow when they must, and show it."""


cli.add_command(run)
cli.add_command(report)
cli.add_command(plan)
cli.add_command(config)


def main() -> None:
    """Runs the command line; errors are one line and an exit code."""
    try:
        cli(prog_name="bqml-loadtest")
    except LoadTestError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
