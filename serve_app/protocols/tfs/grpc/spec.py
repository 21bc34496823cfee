"""ModelSpec, the message, from and to what the core knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.signature import DEFAULT_SIGNATURE
from serve_app.predictor import ModelSpec

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from foundation.protos.model_spec_pb2 import ModelSpec as SpecMessage


class SpecifiedRequest(Protocol):
    """Any request that names a model."""

    @property
    def model_spec(self) -> SpecMessage:
        """The model asked for."""


def required_spec(request: SpecifiedRequest) -> ModelSpec:
    """Raises InvalidArgumentError for a missing ModelSpec, or one without a name."""
    require_spec(request)
    return named_spec(request.model_spec)


def require_spec(request: SpecifiedRequest) -> None:
    """Raises InvalidArgumentError for a missing ModelSpec."""
    message: Message = request  # type: ignore[assignment]
    if not message.HasField("model_spec"):
        raise InvalidArgumentError("Missing ModelSpec")


def named_spec(message: SpecMessage) -> ModelSpec:
    """Raises InvalidArgumentError where the message has no name."""
    if not message.name:
        raise InvalidArgumentError("ModelSpec has no name specified.")
    return core_spec(message)


def core_spec(message: SpecMessage) -> ModelSpec:
    """Returns `message` in the core's form; a name may be missing."""
    choice = message.WhichOneof("version_choice")
    version = message.version.value if choice == "version" else None
    label = message.version_label if choice == "version_label" else None
    return ModelSpec(message.name, version, label)


def fill_spec(message: SpecMessage, asked: SpecMessage, version: int) -> None:
    """Fills a response's ModelSpec: the name as asked, the version and signature that ran."""
    message.name = asked.name
    message.version.value = version
    message.signature_name = asked.signature_name or DEFAULT_SIGNATURE
