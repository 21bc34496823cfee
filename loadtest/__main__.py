"""The command line of loadtest: `bqml-loadtest`, or `python -m loadtest`."""

from __future__ import annotations

import click

from foundation.cli.failure import Frame
from foundation.cli.group import LazyCommand, LazyGroup, run
from loadtest.errors import LoadTestError

FRAME = Frame(
    program="bqml-loadtest",
    package="loadtest",
    install="make loadtest, or pip install '.[loadtest]' in the project",
    # Not 1, for a bug either: that would say that a rule has failed.
    exit_code=LoadTestError.exit_code,
)
COMMANDS = {
    "config": LazyCommand("loadtest.cli.config:config", "Look at the settings."),
    "plan": LazyCommand(
        "loadtest.cli.plan:plan", "Measure one replica and size the autoscaling by it."
    ),
    "report": LazyCommand("loadtest.cli.report:report", "Write the report of a run again."),
    "run": LazyCommand(
        "loadtest.cli.run:run", "Load a service, watch its replicas, give a verdict."
    ),
}
_HELP = ("-h", "--help")


class RunByDefault(LazyGroup):
    """Reads `bqml-loadtest --chaos` as `bqml-loadtest run --chaos`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].startswith("-") and args[0] not in _HELP:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=RunByDefault,
    lazy=COMMANDS,
    frame=FRAME,
    context_settings={"help_option_names": _HELP, "max_content_width": 100},
)
def cli() -> None:
    """Prove by load that replicas grow when they must, and show it.

    Options without a command are those of `run`.
    """


def main() -> None:
    run(cli, FRAME)


if __name__ == "__main__":
    main()
