"""Options that many commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click

if TYPE_CHECKING:
    from foundation.settings.sources import Source

Command = TypeVar("Command", bound=Callable[..., Any])

Shortcuts: TypeAlias = Mapping[str, tuple[str, str]]
"""Name of an option -> the dotted key that it is short for, and what the key does."""


def _remember_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> bool:
    ctx.meta["as_json"] = value  # where the group looks when the command fails
    return value


json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    is_eager=True,
    callback=_remember_json,
    help="Print one JSON document to stdout.",
)


def example(*commands: str) -> str:
    lines = "\n".join(f"  {command}" for command in commands)
    return f"\b\nExample:\n{lines}"


def settings_options(
    shortcuts: Shortcuts, *more: Callable[[Any], Any]
) -> Callable[[Command], Command]:
    """Adds --settings, --set, `more` and the shortcuts to a command; see `settings_sources`."""

    def decorate(command: Command) -> Command:
        for name, (key, text) in reversed(list(shortcuts.items())):
            # Both spellings: TensorFlow Serving's flags have underscores.
            names = dict.fromkeys((f"--{name.replace('_', '-')}", f"--{name}"))
            command = click.option(*names, name, help=f"{text} Short for --set {key}=...")(command)
        for option in reversed(more):
            command = option(command)
        command = click.option(
            "--set", "assignments", multiple=True, metavar="KEY=VALUE",
            help="Any setting, repeatable.",
        )(command)  # fmt: skip
        return click.option(
            "--settings", "file", type=click.Path(path_type=Path), help="YAML file of settings."
        )(command)

    return decorate


def settings_sources(
    options: Mapping[str, Any], shortcuts: Shortcuts, environment: Source, **pairs: str
) -> list[Source]:
    """The weakest first: file, environment, command line; `pairs` are dotted keys."""
    from foundation.settings.sources import assignment, file_source, text_source

    pairs |= {key: str(options[name]) for name, (key, _) in shortcuts.items() if options[name]}
    pairs |= dict(assignment(text) for text in options["assignments"])
    file = [file_source(options["file"])] if options["file"] else []
    return [*file, environment, text_source(pairs, "command line")]
