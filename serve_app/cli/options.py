"""Options that several commands share: where settings come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from serve_app.errors import SettingsError
from serve_app.settings.load import LoadedSettings, env_source, file_source, load, text_source

Command = TypeVar("Command", bound=Callable[..., Any])

_SHORTCUTS = {
    "root": ("repository.root", "Model repository: <root>/<model>/<version>/."),
    "model_name": ("repository.model_name", "Name of a single model."),
    "model_base_path": ("repository.model_base_path", "The single model's folder, or gs://."),
    "model_config_file": ("repository.model_config_file", "Several models, in TF Serving's form."),
    "host": ("http.host", "Address to listen on."),
    "port": ("http.port", "REST port."),
    "grpc_port": ("grpc.port", "gRPC port."),
    "max_replicas": ("autoscaling.max_replicas", "Replicas at most."),
}


def settings_options(command: Command) -> Command:
    """Adds --settings, --set and the shortcuts to a command."""
    for name, (key, text) in reversed(_SHORTCUTS.items()):
        # Both spellings: TensorFlow Serving's flags have underscores.
        options = dict.fromkeys((f"--{name.replace('_', '-')}", f"--{name}"))
        command = click.option(*options, name, help=f"{text} Short for --set {key}=...")(command)
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
    file = options.pop("file")
    assignments = options.pop("assignments")
    assert isinstance(assignments, tuple)
    pairs = {key: str(options[name]) for name, (key, _) in _SHORTCUTS.items() if options[name]}
    pairs |= dict(_assignment(text) for text in assignments)
    sources = [file_source(file)] if isinstance(file, Path) else []
    return load(*sources, env_source(), text_source(pairs, "command line"))


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise SettingsError(f"--set {text}: expected KEY=VALUE")
    return key.strip(), value.strip()
