"""Options that several commands share: where settings come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foundation.cli import options

if TYPE_CHECKING:
    from foundation.settings.load import LoadedSettings
    from serve_app.settings import ServeSettings

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

settings_options = options.settings_options(_SHORTCUTS)


def load_settings(values: dict[str, object]) -> LoadedSettings[ServeSettings]:
    """Returns the settings in force: defaults, file, environment, command line."""
    from serve_app.settings.load import env_source, load

    return load(*options.settings_sources(values, _SHORTCUTS, env_source()))
