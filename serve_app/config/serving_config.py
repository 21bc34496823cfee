"""The model configuration as typed data; its YAML and JSON forms are this model's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from serve_app.errors import InvalidArgumentError
from serve_app.settings import VersionPolicy

TENSORFLOW = "tensorflow"
_INT64 = 2**63

Label = Annotated[str, Field(min_length=1)]
Version = Annotated[StrictInt, Field(ge=0, lt=_INT64)]


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ModelConfig(_Config):
    """One model to serve (TensorFlow Serving's ModelConfig)."""

    name: Annotated[str, Field(min_length=1)]
    """The name in URLs and requests."""
    base_path: str
    """Its folder of versions: an absolute local path, or gs://bucket/folder."""
    platform: str = TENSORFLOW
    """Only `tensorflow` can be served."""
    version_policy: VersionPolicy = VersionPolicy()
    """Which of its versions are loaded."""
    labels: Mapping[Label, Version] = {}
    """Label -> version number; looked up when a request names the label."""


class ServingConfig(_Config):
    """All models to serve (TensorFlow Serving's ModelServerConfig)."""

    models: tuple[ModelConfig, ...] = ()
    """The models, in any order."""

    def by_name(self) -> dict[str, ModelConfig]:
        return {model.name: model for model in self.models}


def read_tree(tree: object, origin: str) -> ServingConfig:
    """Returns the configuration that a JSON or YAML tree holds.

    Raises:
        InvalidArgumentError: A key is unknown or a value is malformed; names `origin` and the key.
    """
    try:
        return ServingConfig.model_validate(tree)
    except ValidationError as exc:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}, got {fault['input']!r}"
            for fault in exc.errors()
        )
        raise InvalidArgumentError(f"{origin}: {faults}") from exc
