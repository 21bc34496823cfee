"""What TensorFlow Serving checks in a model configuration, in its order and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from serve_app.config.serving_config import TENSORFLOW, ServingConfig
from serve_app.errors import FailedPreconditionError, InvalidArgumentError
from serve_app.repository.place import URI_SCHEMES, is_absolute, scheme_of

Labels = Mapping[str, Mapping[str, int]]
"""Model -> label -> version."""


def check_config(config: ServingConfig, previous: ServingConfig | None = None) -> None:
    """Returns quietly if `config` can be served, and can follow `previous`.

    Raises:
        InvalidArgumentError: A model is listed twice, has no absolute path or no platform, changes
            its platform, or asks for a platform or file system that is not supported.
    """
    for name, count in Counter(model.name for model in config.models).items():
        if count > 1:
            raise InvalidArgumentError(
                f"Illegal to list model {name} multiple times in config list"
            )
    for model in config.models:
        if not is_absolute(model.base_path):
            raise InvalidArgumentError(
                f"Expected model {model.name} to have an absolute path or URI; "
                f"got base_path()={model.base_path}"
            )
        if not model.platform:
            raise InvalidArgumentError(
                "Illegal setting neither ModelServerConfig::model_type (deprecated) nor "
                f"ModelServerConfig::model_platform, model name is {model.name}"
            )
    _check_platforms(config, previous or ServingConfig())


def _check_platforms(config: ServingConfig, previous: ServingConfig) -> None:
    before = previous.by_name()
    for model in config.models:
        old = before.get(model.name)
        if old and old.platform != model.platform:
            raise InvalidArgumentError(
                f"Illegal to change a model's platform. For model {model.name} platform was "
                f"{old.platform} and new platform requested is {model.platform}"
            )
    for model in config.models:
        if model.platform != TENSORFLOW:
            raise InvalidArgumentError(
                f"Model {model.name} requests unsupported platform {model.platform}"
            )
        if scheme_of(model.base_path) not in URI_SCHEMES:
            raise InvalidArgumentError(
                f"Model {model.name}: expected a local path, file:// or gs://, "
                f"got base_path()={model.base_path}"
            )


def check_labels(
    config: ServingConfig,
    available: Mapping[str, Collection[int]],
    before: Labels,
    *,
    allow_unavailable: bool,
) -> None:
    """Raises FailedPreconditionError unless each label points at an AVAILABLE version.

    `allow_unavailable` lets labels through that were not in force before.
    """
    for model in config.models:
        for label, version in model.labels.items():
            if version in available.get(model.name, ()):
                continue
            if allow_unavailable and label not in before.get(model.name, {}):
                continue
            raise FailedPreconditionError(
                f"Request to assign label to version {version} of model {model.name}, "
                "which is not currently available for inference"
            )
