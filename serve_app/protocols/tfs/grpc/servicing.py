"""What the methods of the gRPC services answer from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from serve_app.config.serving_config import ServingConfig
from serve_app.predictor.lane import Lane
from serve_app.predictor.lanes import Lanes
from serve_app.predictor.model_spec import ModelSpec
from serve_app.predictor.predictor import Predictor
from serve_app.protocols.tfs.messages.tensors_form import Outputs, Tensors, TensorsForm

Reload: TypeAlias = Callable[[ServingConfig, float | None], None]
"""`Reloader.reload`."""


@dataclass(slots=True)
class Servicing:
    """The models, and the bounds on what a request may ask of them. Used in one event loop.

    Attributes:
        predictor: The models.
        max_message_bytes: Largest request, and largest tensors that a request may stand for.
        reload: Changes the models that are served; None where they are fixed.
    """

    predictor: Predictor
    max_message_bytes: int
    reload: Reload | None = None
    _lanes: Lanes[Tensors, Outputs] | None = None

    def lane(self, spec: ModelSpec, signature_name: str) -> Lane[Tensors, Outputs] | None:
        """Returns where to wait for the model in company, None where nobody can."""
        if self._lanes is None:
            self._lanes = Lanes(self.predictor, TensorsForm(), asyncio.get_running_loop())
        return self._lanes.lane(spec, signature_name)
