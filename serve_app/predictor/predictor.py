"""What every edge calls to get a prediction or to learn about a model."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.signature import DEFAULT_SIGNATURE, Json, Signature
from serve_app.metrics.model_call import ModelCallMeter
from serve_app.metrics.recorder import Recorder
from serve_app.predictor.deadline import Deadline
from serve_app.predictor.limits import CallLimits
from serve_app.predictor.model import Model

if TYPE_CHECKING:
    from serve_app.kinds.tensorflow.saved_model import SavedModel
    from serve_app.lifecycle.manager import ServableManager
    from serve_app.lifecycle.state import VersionStatus
    from serve_app.lifecycle.version import ModelVersion
    from serve_app.predictor.executor import Executor
    from serve_app.predictor.model_spec import ModelSpec

_log = logging.getLogger(__name__)


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
    """A version and signature that one request, or one batch of them, has taken hold of.

    Made by `Predictor.hold`; ends as a context manager.
    """

    def __init__(
        self,
        version: ModelVersion,
        servable: SavedModel,
        signature: Signature,
        predictor: Predictor,
        meter: ModelCallMeter,
    ) -> None:
        self.signature = signature
        self.version = version
        self._servable = servable
        self._predictor = predictor
        self._meter = meter
        self._traits = version.traits(signature.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.version.release()

    def can_share(self, counts: Sequence[int]) -> bool:
        """Tells whether requests with that many rows each may go into one call."""
        return (
            len(counts) == 1
            or sum(counts) <= self._traits.shared_rows
            or (len(counts) <= self._traits.row_width and max(counts) == 1)
        )

    @property
    def shared_rows(self) -> int:
        """How many rows of several requests may go into one call; 0 means that none may."""
        return self._traits.shared_rows

    @property
    def row_width(self) -> int:
        """How many requests of one row each may go into one call, if not all may; 0 means none."""
        return self._traits.row_width

    def stop_sharing(self, why: str) -> None:
        """Lets no two requests share a call of this signature from now on."""
        if self._traits.shared_rows or self._traits.row_width:
            self._traits.shared_rows = self._traits.row_width = 0
            _log.warning(
                "%s version %d, signature %s: calls are not shared: %s",
                self.version.model, self.version.number, self.signature.name, why,
            )  # fmt: skip

    def is_quick(self, rows: int) -> bool:
        """Tells whether a call with that many rows takes less than handing it to a thread."""
        is_known = self._servable.verdicts[self.signature.name].bounded
        return is_known and self._traits.pace.expected_s(rows) <= self._predictor.limits.quick_s

    async def run(
        self, inputs: Mapping[str, np.ndarray], counts: Sequence[int] = (1,)
    ) -> dict[str, np.ndarray]:
        """Returns every output of the signature, one tensor per alias.

        Args:
            inputs: One tensor per input alias, of the signature's dtype; shapes are the model's
                business, as in TensorFlow Serving.
            counts: How many of the rows each request has.

        Raises:
            ServeAppError: The model failed, with TensorFlow's code and text.
        """
        return await self._predictor.executor.run(self._measured(inputs, counts, in_caller=False))

    def run_here(
        self, inputs: Mapping[str, np.ndarray], counts: Sequence[int]
    ) -> dict[str, np.ndarray]:
        """Returns what `run` does, computed by the caller's own thread, without a timeout."""
        return self._measured(inputs, counts, in_caller=True)()

    def _measured(
        self, inputs: Mapping[str, np.ndarray], counts: Sequence[int], *, in_caller: bool
    ) -> Callable[[], dict[str, np.ndarray]]:
        call: Callable[[], dict[str, np.ndarray]]
        if len(counts) > 1 and not self._traits.shared_rows:
            copies, rows = self.version.copies, len(counts)
            call = partial(copies.run, self.signature, inputs, rows, in_caller=in_caller)
        else:
            call = partial(self._servable.run, self.signature, inputs, in_caller=in_caller)
        return self._meter.measured(call, inputs, self._traits.pace)


class Predictor:
    """The transport-free face of the loaded models.

    Args:
        manager: The loaded versions.
        executor: Where model calls run.
        recorder: Takes the metrics of the model calls, and of the edges' requests.
        limits: The bounds of shared calls.
    """

    def __init__(
        self,
        manager: ServableManager,
        executor: Executor,
        recorder: Recorder | None = None,
        limits: CallLimits | None = None,
    ) -> None:
        self._manager = manager
        self.executor = executor
        self.recorder = recorder or Recorder()
        self.limits = limits or CallLimits()

    def hold(self, spec: ModelSpec, signature_name: str, last: Call | None = None) -> Call:
        """Takes hold of a version and signature; it stays loaded until the returned context ends.

        Args:
            spec: The model asked for.
            signature_name: Empty means `serving_default`.
            last: What the same question got before; used again while the version is the same.

        Raises:
            NotFoundError: The model or version is not available.
            InvalidArgumentError: The label or signature does not exist.
        """
        version, servable = self._manager.acquire(spec)
        if last is not None and last.version is version:
            return last
        try:
            signature = _signature(servable, signature_name)
        except BaseException:
            version.release()
            raise
        meter = ModelCallMeter(self.recorder, spec.name, version.number)
        return Call(version, servable, signature, self, meter)

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
            yield Model(servable, version.number, self.executor, meter, deadline)

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
