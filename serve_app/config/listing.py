"""The models that the settings name: in a config file, one by one, or all below the root."""

from __future__ import annotations

from pathlib import Path

from serve_app.config.file import open_config
from serve_app.config.serving_config import TENSORFLOW, ModelConfig, ServingConfig
from serve_app.repository.place import is_absolute
from serve_app.repository.versions import scan_models
from serve_app.settings import ModelEntry, RepositorySettings


def listed_by_settings(repository: RepositorySettings) -> ServingConfig:
    """Returns the single model, the listed models, or every model folder below the root."""
    if repository.model_name:
        path = _absolute(repository.model_base_path)
        return ServingConfig(models=(_model(repository, repository.model_name, path),))
    if repository.model_config_list:
        return ServingConfig(models=tuple(map(_entry, repository.model_config_list)))
    names = repository.models or scan_models(repository.root)
    return ServingConfig.model_construct(
        models=tuple(_model(repository, name, str(repository.root / name)) for name in names)
    )


def configured(repository: RepositorySettings) -> ServingConfig:
    """Returns the models that a service with these settings starts with.

    Raises:
        ServeAppError: The config file cannot be served.
        OSError: The root cannot be read.
    """
    if repository.model_config_file:
        return open_config(repository.model_config_file).read()
    return listed_by_settings(repository)


def with_absolute_paths(repository: RepositorySettings) -> RepositorySettings:
    """Returns the settings with every local path absolute, for a process in another folder."""
    file, base_path = repository.model_config_file, repository.model_base_path
    changes: dict[str, object] = {
        "root": repository.root.resolve(),
        "model_config_file": file and file.resolve(),
        "model_base_path": _absolute(base_path) if base_path else "",
        "model_config_list": tuple(
            entry.model_copy(update={"base_path": _absolute(entry.base_path)})
            for entry in repository.model_config_list
        ),
    }
    return repository.model_copy(update=changes)


def nothing_found(repository: RepositorySettings, listed: ServingConfig) -> str:
    if repository.model_config_file or repository.model_name or repository.model_config_list:
        places = ", ".join(model.base_path for model in listed.models)
        return f"no model version found in {places}: expected <base_path>/<version>/saved_model.pb"
    return (
        f"no model version found below {repository.root.resolve()}: expected "
        "<root>/<model>/<version>/saved_model.pb, as bqml-export publishes it"
    )


def _absolute(base_path: str) -> str:
    return base_path if is_absolute(base_path) else str(Path(base_path).resolve())


def _entry(entry: ModelEntry) -> ModelConfig:
    return ModelConfig(
        name=entry.name,
        base_path=_absolute(entry.base_path),
        version_policy=entry.version_policy,
    )


def _model(repository: RepositorySettings, name: str, base_path: str) -> ModelConfig:
    # Not validated: a folder's name may be any bytes.
    return ModelConfig.model_construct(
        name=name,
        base_path=base_path,
        platform=TENSORFLOW,
        version_policy=repository.version_policy,
        labels={},
    )
