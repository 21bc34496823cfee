"""The lanes of one event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic

from serve_app.predictor.form import A, Form, Q
from serve_app.predictor.lane import Lane

if TYPE_CHECKING:
    from serve_app.predictor.model_spec import ModelSpec
    from serve_app.predictor.predictor import Predictor

_MOST = 1000


class Lanes(Generic[Q, A]):
    """A lane for each model, version or label, and signature that is asked for.

    Args:
        predictor: The models.
        form: Reads the requests and writes the answers.
        loop: The one in which all of them are used.
    """

    def __init__(
        self, predictor: Predictor, form: Form[Q, A], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._predictor = predictor
        self._form = form
        self._loop = loop
        self._lanes: dict[tuple[ModelSpec, str], Lane[Q, A]] = {}

    def lane(self, spec: ModelSpec, signature_name: str) -> Lane[Q, A] | None:
        """Returns the lane; None for a client that makes up more names than there can be."""
        key = (spec, signature_name)
        lane = self._lanes.get(key)
        if lane is None and len(self._lanes) < _MOST:
            lane = Lane(self._predictor, spec, signature_name, self._form, self._loop)
            self._lanes[key] = lane
        return lane
