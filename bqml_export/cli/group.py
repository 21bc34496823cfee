"""The command line: its commands, in the order of the user's story."""

from __future__ import annotations

import click

from bqml_export.repository.record import tool_version
from foundation.cli.failure import Frame
from foundation.cli.group import LazyCommand, LazyGroup
from foundation.cli.options import example

FRAME = Frame(
    program="bqml-export",
    package="bqml_export",
    install="pip install 'bqml-ray-serve[gcp]', or [local] to work without an account; "
    "in a clone, pip install '.[local]'",
    interrupted="run the same command again: it resumes",
    debug_variable="BQML_EXPORT_DEBUG",
)
_SUMMARIES = {
    "load": "Fill a table from a CSV, Parquet or JSON file.",
    "train": "Run a CREATE MODEL statement.",
    "bucket": "Create the bucket that exports go to.",
    "export": "Write a model's files to a bucket.",
    "pull": "Download an export and publish it as a version.",
    "publish": "Publish an export folder that you already have.",
    "up": "Do all of it: train, export, pull, publish.",
    "deploy": "Do all of it: train, export, pull, publish.",
    "verify": "Compare a served version with ML.PREDICT: the parity gate.",
    "promote": "Point a label at a version; `stable` needs a passed gate.",
    "ls": "List the versions of a repository, or the models of a dataset.",
    "describe": "Show a model's schema, options and metrics.",
    "emulate": "Start the embedded BigQuery ML and Cloud Storage.",
}
_MODULES = {"deploy": "up"}


def _lazy(name: str, summary: str) -> LazyCommand:
    module = _MODULES.get(name, name)
    return LazyCommand(f"bqml_export.cli.{module}:{module}", summary)


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"bqml-export {tool_version()}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    lazy={name: _lazy(name, summary) for name, summary in _SUMMARIES.items()},
    frame=FRAME,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=example("bqml-export up sql/iris_model.sql --root serving_dir --local"),
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def cli() -> None:
    """Train with BigQuery ML, export, and publish versioned model folders.

    `up` does the whole chain; train, export, pull and publish are its steps. With --local they
    work on this machine, without a cloud account.
    """
