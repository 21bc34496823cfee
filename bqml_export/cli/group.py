"""The command group: the order of the commands, and the border at which errors become one line."""

from __future__ import annotations

from typing import Any

import click

from bqml_export.cli.bucket import bucket
from bqml_export.cli.describe import describe
from bqml_export.cli.emulate import emulate
from bqml_export.cli.export import export
from bqml_export.cli.failures import fail, failure_of
from bqml_export.cli.load import load
from bqml_export.cli.ls import ls
from bqml_export.cli.options import example
from bqml_export.cli.promote import promote
from bqml_export.cli.publish import publish
from bqml_export.cli.pull import pull
from bqml_export.cli.train import train
from bqml_export.cli.up import up
from bqml_export.cli.verify import verify
from bqml_export.repository.record import tool_version


class Story(click.Group):
    """A group that lists its commands in the order they are used in, and fails in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the commands in the order of the story; click would sort them."""
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Runs the command; whatever goes wrong ends in a message, never in a stack trace."""
        try:
            return super().invoke(ctx)
        except BaseException as exc:
            failure = failure_of(exc)
            if failure is None:
                raise
            fail(failure, as_json=bool(ctx.meta.get("as_json")))


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"bqml-export {tool_version()}")
        ctx.exit()


@click.group(
    cls=Story,
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


for command in (
    load,
    train,
    bucket,
    export,
    pull,
    publish,
    up,
    verify,
    promote,
    ls,
    describe,
    emulate,
):
    cli.add_command(command)
    if command is up:
        cli.add_command(up, name="deploy")
