"""A loaded version that one request has taken hold of, with all its signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from serve_app.kinds.signature import Signature
from serve_app.metrics.model_call import ModelCallMeter
from serve_app.predictor.deadline import Deadline

if TYPE_CHECKING:
    from serve_app.kinds.tensorflow.saved_model import SavedModel
    from serve_app.predictor.executor import Executor


class Model:
    """One version, held by `Predictor.model`.

    Attributes:
        version: The number of the version that answers.
    """

    def __init__(
        self,
        servable: SavedModel,
        version: int,
        executor: Executor,
        meter: ModelCallMeter,
        deadline: Deadline | None = None,
    ) -> None:
        self.version = version
        self._deadline = deadline
        self._servable = servable
        self._executor = executor
        self._meter = meter

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """Every signature by name."""
        return self._servable.signatures

    async def run_tensors(
        self, feeds: Mapping[str, np.ndarray], fetches: Sequence[str]
    ) -> dict[str, np.ndarray]:
        """Returns the graph's tensors `fetches` by tensor name.

        Args:
            feeds: Tensor name -> tensor, of the graph's dtype; shapes are the model's business.
            fetches: Tensor names, for example `head/Softmax:0`.

        Raises:
            DeadlineExceededError: The deadline passed, before or during the call.
            ServeAppError: The model failed, with TensorFlow's code and text.
        """

        def call() -> dict[str, np.ndarray]:
            timeout_ms = self._deadline.remaining_ms() if self._deadline else None
            values = self._servable.run_tensors(feeds, fetches, timeout_ms)
            return dict(zip(fetches, values, strict=True))

        return await self._executor.run(self._meter.measured(call, feeds))
