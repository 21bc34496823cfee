"""The command group: which module holds which command, imported only when it is called.

The order is the story's: write the manifests, check them, apply them, look at what became of them.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import click

from kuberay.cli.failures import fail, failure_of


@dataclass(frozen=True, slots=True)
class Door:
    """Where a command is, and the line that the list of commands shows for it."""

    target: str
    """`module:attribute`."""
    summary: str


COMMANDS = {
    "render": Door("kuberay.cli.render:render", "Write the Kubernetes manifests of a deploy file."),
    "settings": Door("kuberay.cli.settings:settings", "List the keys of a deploy file."),
    "validate": Door(
        "kuberay.cli.validate:validate",
        "Check manifests as the cluster, the operator and Ray would.",
    ),
    "apply": Door("kuberay.cli.apply:apply", "Check and apply manifests, and watch the rollout."),
    "status": Door("kuberay.cli.status:status", "Tell what a RayService is doing, in words."),
    "rollback": Door("kuberay.cli.rollback:rollback", "Apply an earlier revision again."),
}


class Story(click.Group):
    """A group that lists its commands without importing them, and fails in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list of commands."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, door.summary) for name, door in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Runs the command; whatever goes wrong ends in a message, never in a stack trace."""
        try:
            return super().invoke(ctx)
        except BaseException as exc:
            failure = failure_of(exc)
            if failure is None:
                raise
            fail(failure, as_json=bool(ctx.meta.get("as_json")))


@click.group(
    cls=Story,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: bqml-kuberay render deploy.yaml | kubectl apply -f -",
)
def cli() -> None:
    """Put a BigQuery ML model on Kubernetes: an autoscaling RayService from one small file."""
