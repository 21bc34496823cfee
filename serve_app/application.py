"""The import path for Ray Serve: `serve run serve_app.application:app root=serving_dir`.

The arguments are settings: `root` and the other names of `config show`, by their dotted key or,
where it is unique, by their last part. `settings=FILE` reads a YAML file of settings. Addresses are
Ray's own options here (`http_options` and `grpc_options` of a config file).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.settings.keys import flattened
from foundation.settings.sources import Source
from serve_app.errors import SettingsError
from serve_app.settings import ServeSettings
from serve_app.settings.load import env_source, file_source, known_keys, load, tree_source

if TYPE_CHECKING:
    from ray.serve import Application

# What Ray Serve decides before it calls us, and the option of Ray's that decides it.
_RAYS_OWN = {
    "http.host": "http_options.host in a config file",
    "http.port": "http_options.port in a config file",
    "http.haproxy": "RAY_SERVE_ENABLE_HA_PROXY in the environment",
    "grpc.enabled": "grpc_options in a config file",
    "grpc.port": "grpc_options.port in a config file",
    "dashboard.enabled": "`ray start --include-dashboard`",
    "dashboard.port": "`ray start --dashboard-port`",
}


def app(args: Mapping[str, object]) -> Application:
    """Returns the application that `serve run`, `serve build` and a config file's `args` ask for.

    Raises:
        SettingsError: A key is unknown, a value malformed, or two values contradict each other.
    """
    settings = load(*_sources(dict(args))).settings
    from serve_app.hosting.deployment import build_application  # seconds: only for good settings

    return build_application(settings)


def _sources(args: dict[str, object]) -> list[Source]:
    file = args.pop("settings", None)
    sources = [file_source(Path(str(file)))] if file is not None else []
    arguments = tree_source({_full(key): value for key, value in args.items()}, "arguments")
    for key in flattened(ServeSettings, arguments.values):
        if key in _RAYS_OWN:
            raise SettingsError(f"{key} has no effect here: Ray Serve reads {_RAYS_OWN[key]}")
    return [*sources, env_source(), arguments]


def _full(key: str) -> str:
    """Returns the dotted key that a short name stands for, or the key as it is."""
    if key == "port":
        return "http.port"
    matches = [known for known in known_keys() if known.rpartition(".")[2] == key]
    if len(matches) > 1:
        raise SettingsError(f"setting {key} is ambiguous: {', '.join(matches)}")
    return matches[0] if matches else key
