"""The command line of serve_app: `bqml-serve`, or `python -m serve_app`."""

from __future__ import annotations

import sys

import click

from serve_app.cli.config import config
from serve_app.cli.serve import serve
from serve_app.errors import ServeAppError, SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Serve BigQuery ML exports on Ray Serve, as TensorFlow Serving would."""


cli.add_command(serve)
cli.add_command(config)


def main() -> None:
    """Runs the command line; errors are one line and an exit code."""
    try:
        cli(prog_name="bqml-serve")
    except SettingsError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    except ModuleNotFoundError as error:
        click.echo(f"error: package {error.name} is not installed", err=True)
        click.echo("hint: make serve, or pip install '.[serve]' in the project", err=True)
        sys.exit(1)
    except ServeAppError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
