"""What every edge calls to get a prediction or to learn about a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from serve_app.core.deadline import Deadline
from serve_app.core.metrics.model_call import ModelCallMeter
from serve_app.core.metrics.recorder import Recorder
from serve_app.core.model import Model
from serve_app.core.signature import DEFAULT_SIGNATURE, Json, Signature
from serve_app.errors import InvalidArgumentError

if TYPE_CHECKING:
    from serve_app.core.executor import Executor
    from serve_app.core.model_spec import ModelSpec
    from serve_app.core.servable.manager import ServableManager
    from serve_app.core.servable.saved_model import SavedModel
    from serve_app.core.servable.state import VersionStatus


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """What is known of one loaded version.

    Attributes:
        signatures: Every signature of the SavedModel by name.
        record: The publisher's record (`bqml.json`), if there is one.
    """

    name: str
    version: int
    signatures: Mapping[str, Signature]
    record: Mapping[str, Json] | None


class Call:
    """A version and signature that one request has taken hold of."""

    def __init__(
        self,
        servable: SavedModel,
        signature: Signature,
        executor: Executor,
        meter: ModelCallMeter,
    ) -> None:
        self.signature = signature
        self._servable = servable
        self._executor = executor
        self._meter = meter

    async def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Returns every output of the signature, one tensor per alias.

        Args:
            inputs: One tensor per input alias, of the signature's dtype; shapes are the model's
                business, as in TensorFlow Serving.

        Raises:
            ServeAppError: The model failed, with TensorFlow's code and text.
        """
        outputs = tuple(self.signature.outputs)
        call = partial(self._servable.run, self.signature, inputs, outputs)
        return await self._executor.run(self._meter.measured(call, inputs))


class Predictor:
    """The transport-free face of the loaded models.

    Args:
        manager: The loaded versions.
        executor: Where model calls run.
        recorder: Takes the metrics of the model calls, and of the edges' requests.
    """

    def __init__(
        self, manager: ServableManager, executor: Executor, recorder: Recorder | None = None
    ) -> None:
        self._manager = manager
        self._executor = executor
        self.recorder = recorder or Recorder()

    @contextmanager
    def call(self, spec: ModelSpec, signature_name: str) -> Iterator[Call]:
        """Takes hold of a version and signature; the version stays loaded until the end.

        Args:
            spec: The model asked for.
            signature_name: Empty means `serving_default`.

        Raises:
            NotFoundError: The model or version is not available.
            InvalidArgumentError: The label or signature does not exist.
        """
        with self._manager.lease(spec) as (version, servable):
            meter = ModelCallMeter(self.recorder, spec.name, version.number)
            yield Call(servable, _signature(servable, signature_name), self._executor, meter)

    @contextmanager
    def model(self, spec: ModelSpec, api: str, deadline: Deadline | None = None) -> Iterator[Model]:
        """Takes hold of a version with all its signatures; it stays loaded until the end.

        Args:
            spec: The model asked for.
            api: `Predict`, `Classify`, `Regress` or `MultiInference`, for the metrics.
            deadline: When the client stops waiting; limits the model calls.

        Raises:
            NotFoundError: The model or version is not available.
            InvalidArgumentError: The label does not exist.
        """
        with self._manager.lease(spec) as (version, servable):
            meter = ModelCallMeter(self.recorder, spec.name, version.number, api)
            yield Model(servable, version.number, self._executor, meter, deadline)

    def metadata(self, spec: ModelSpec) -> ModelMetadata:
        """Returns the signatures and the record of the version asked for.

        Raises:
            NotFoundError: The model or version is not available.
            InvalidArgumentError: The label does not exist.
        """
        with self._manager.lease(spec) as (version, servable):
            return ModelMetadata(spec.name, version.number, servable.signatures, version.record)

    def statuses(self, spec: ModelSpec) -> list[VersionStatus]:
        """Returns the status of the version asked for, or of all, newest first; labels are ignored.

        Raises:
            NotFoundError: The model or version was never wanted.
        """
        return self._manager.statuses(spec.name, spec.version)

    def models(self) -> list[str]:
        """Returns the names of all models, sorted."""
        return self._manager.models()

    def ready(self) -> bool:
        """Tells whether at least one model answers."""
        return self._manager.ready()


def _signature(servable: SavedModel, name: str) -> Signature:
    signature = servable.signatures.get(name or DEFAULT_SIGNATURE)
    if signature is None:
        raise InvalidArgumentError(
            f'Serving signature name: "{name or DEFAULT_SIGNATURE}" not found in signature def'
        )
    if not signature.inputs:
        raise InvalidArgumentError(f"Failed to get input map for signature: {name or 'DEFAULT'}")
    return signature
