"""Reads a ModelServerConfig message, or its text form."""

from __future__ import annotations

from google.protobuf import text_format

from foundation.protos.model_config_pb2 import ModelConfig, ModelServerConfig, ModelType
from serve_app.config.serving_config import TENSORFLOW, ServingConfig, read_tree
from serve_app.errors import InvalidArgumentError


def read_text(text: str, origin: str) -> ServingConfig | None:
    """Returns the configuration in text format, None where it has no list of models.

    Raises:
        InvalidArgumentError: It is no such text, or asks for what is not supported.
    """
    message = ModelServerConfig()
    try:
        text_format.Parse(text, message)
    except (text_format.ParseError, UnicodeError) as exc:
        raise InvalidArgumentError(f"Invalid protobuf file: '{origin}': {exc}") from exc
    return read_message(message, origin)


def read_message(message: ModelServerConfig, origin: str) -> ServingConfig | None:
    """Returns the configuration in a message, None where it has no list of models.

    Raises:
        InvalidArgumentError: It asks for what is not supported.
    """
    if message.WhichOneof("config") == "custom_model_config":
        raise InvalidArgumentError("ModelServer does not yet support custom model config.")
    if message.WhichOneof("config") is None:
        return None
    tree = {"models": [_model(config) for config in message.model_config_list.config]}
    return read_tree(tree, origin)


def _model(config: ModelConfig) -> dict[str, object]:
    if config.HasField("logging_config"):
        # The stock server has no log collectors either, and says this.
        raise InvalidArgumentError(
            f"No request-logger-creator provided. Model {config.name}: remove logging_config"
        )
    return {
        "name": config.name,
        "base_path": config.base_path,
        "platform": _platform(config),
        "version_policy": _policy(config),
        "labels": dict(config.version_labels),
    }


def _platform(config: ModelConfig) -> str:
    if not config.model_type:
        return str(config.model_platform)
    if config.model_platform:
        raise InvalidArgumentError(
            "Illegal setting both ModelServerConfig::model_type (deprecated) and "
            "ModelServerConfig::model_platform."
        )
    if config.model_type != ModelType.TENSORFLOW:
        raise InvalidArgumentError(
            f"ModelServerConfig::model_type choice {config.model_type} not supported."
        )
    return TENSORFLOW


def _policy(config: ModelConfig) -> dict[str, object]:
    policy = config.model_version_policy
    kind = policy.WhichOneof("policy_choice")
    if kind == "all":
        return {"kind": "all"}
    if kind == "specific":
        if not policy.specific.versions:
            raise InvalidArgumentError(
                f"Model {config.name}: model_version_policy `specific` lists no versions"
            )
        return {"kind": "specific", "specific": list(policy.specific.versions)}
    return {"kind": "latest", "latest": max(1, policy.latest.num_versions)}
