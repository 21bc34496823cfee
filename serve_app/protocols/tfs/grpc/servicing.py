"""What the methods of the gRPC services answer from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from serve_app.config.serving_config import ServingConfig
from serve_app.predictor import Predictor

Reload: TypeAlias = Callable[[ServingConfig, float | None], None]
"""`Reloader.reload`."""


@dataclass(frozen=True, slots=True)
class Servicing:
    """The models, and the bounds on what a request may ask of them.

    Attributes:
        max_message_bytes: Largest request, and largest tensors that a request may stand for.
        reload: Changes the models that are served; None where they are fixed.
    """

    predictor: Predictor
    max_message_bytes: int
    reload: Reload | None = None
