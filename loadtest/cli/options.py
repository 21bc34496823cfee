"""Options that several commands share: where settings come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from loadtest.errors import SettingsError

if TYPE_CHECKING:
    from loadtest.settings.load import LoadedSettings, Source

Command = TypeVar("Command", bound=Callable[..., Any])

_SHORTCUTS = {
    "url": ("target.url", "Base URL of the service."),
    "model": ("target.model", "Model to ask."),
    "users": ("phases.users", "Users at the goal."),
    "dashboard": ("replicas.dashboard_url", "Ray's dashboard."),
    "root": ("service.root", "Repository that a local service serves."),
}
# Ray Serve takes seconds to start a killed proxy anew: until then clients ask again.
_CHAOS = {
    "chaos.faults": "new-version,corrupt-version,kill-replica,kill-proxy",
    "phases.plateau_s": "180",
    "traffic.retries": "10",
    "traffic.retry_wait_s": "3",
}


def settings_options(command: Command) -> Command:
    """Adds --settings, --set, --local, --chaos and the shortcuts to a command."""
    for name, (key, text) in reversed(_SHORTCUTS.items()):
        command = click.option(f"--{name}", help=f"{text} Short for --set {key}=...")(command)
    command = click.option(
        "--chaos", is_flag=True, help="Inject every fault in a plateau that is long enough."
    )(command)
    command = click.option(
        "--local", is_flag=True, help="Start a service for the run. Short for --set "
        "service.start=true."
    )(command)  # fmt: skip
    command = click.option(
        "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any setting, repeatable."
    )(command)
    return click.option(
        "--settings", "file", type=click.Path(path_type=Path), help="YAML file of settings."
    )(command)


def load_settings(options: dict[str, object]) -> LoadedSettings:
    """Returns the settings in force: defaults, file, environment, command line.

    Raises:
        SettingsError: A key is unknown, a value malformed, or two values contradict each other.
    """
    from loadtest.settings.load import load

    return load(*sources(options))


def sources(options: dict[str, object]) -> list[Source]:
    """Returns where the settings come from, the weakest first."""
    from loadtest.settings.load import env_source, file_source, text_source

    file, assignments = options["file"], options["assignments"]
    assert isinstance(assignments, tuple)
    pairs = {key: str(options[name]) for name, (key, _) in _SHORTCUTS.items() if options[name]}
    if options["local"]:
        pairs["service.start"] = "true"
    pairs |= dict(assignment(text) for text in assignments)
    found = [text_source(_CHAOS, "--chaos")] if options["chaos"] else []
    if isinstance(file, Path):
        found.append(file_source(file))
    return [*found, env_source(), text_source(pairs, "command line")]


def assignment(text: str) -> tuple[str, str]:
    """Returns key and value of `KEY=VALUE`.

    Raises:
        SettingsError: There is no `=`.
    """
    key, equals, value = text.partition("=")
    if not equals:
        raise SettingsError(f"--set {text}: expected KEY=VALUE")
    return key.strip(), value.strip()
