"""The command line of loadtest: `bqml-loadtest`, or `python -m loadtest`."""

from __future__ import annotations

import sys
import traceback

import click

from loadtest.cli.bench import bench
from loadtest.cli.config import config
from loadtest.cli.group import RunByDefault
from loadtest.cli.plan import plan
from loadtest.cli.report import report
from loadtest.cli.run import run
from loadtest.errors import LoadTestError

_NOTHING_PROVEN = LoadTestError.exit_code


@click.group(
    cls=RunByDefault,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def cli() -> None:
    """Prove by load that replicas grow when they must, and show it.

    Options without a command are those of `run`.
    """


cli.add_command(run)
cli.add_command(report)
cli.add_command(plan)
cli.add_command(bench)
cli.add_command(config)


def main() -> None:
    """Runs the command line; errors are one line and an exit code.

    A bug ends with its traceback, and not with 1: that would say that a rule has failed.
    """
    try:
        cli(prog_name="bqml-loadtest")
    except LoadTestError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        click.echo(f"error: package {error.name} is not installed", err=True)
        click.echo("hint: make loadtest, or pip install '.[loadtest]' in the project", err=True)
        sys.exit(_NOTHING_PROVEN)
    except Exception:  # noqa: BLE001 - see above
        traceback.print_exc()
        sys.exit(_NOTHING_PROVEN)


if __name__ == "__main__":
    main()
