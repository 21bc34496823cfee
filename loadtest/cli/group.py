"""The group of commands: options without a command are those of `run`."""

from __future__ import annotations

import click

from foundation.cli.group import LazyGroup

_HELP = ("-h", "--help")


class RunByDefault(LazyGroup):
    """Reads `bqml-loadtest --chaos` as `bqml-loadtest run --chaos`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].startswith("-") and args[0] not in _HELP:
            args = ["run", *args]
        return super().parse_args(ctx, args)
