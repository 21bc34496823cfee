"""A SavedModel as a servable: the graph as it is, and row-wise copies for requests in company."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.servable import Call, LoadOptions, Tensors
from serve_app.kinds.signature import Signature
from serve_app.kinds.tensorflow.row_wise_copies import RowWiseCopies
from serve_app.kinds.tensorflow.saved_model import SavedModel
from serve_app.kinds.tensorflow.sharing.trial import learn_sharing
from serve_app.kinds.traits import CallTraits


class TensorFlowServable:
    """A loaded SavedModel.

    Raises:
        ServeAppError: TensorFlow cannot load the folder; the class says why.
    """

    def __init__(self, folder: Path, options: LoadOptions) -> None:
        self._folder = folder
        self._options = options
        self._model = SavedModel(folder, threads=options.threads, timeout_ms=options.timeout_ms)
        self._copies = RowWiseCopies()
        self._traits = {
            name: CallTraits(
                reason=verdict.reason, stateful=verdict.stateful, bounded=verdict.bounded
            )
            for name, verdict in self._model.verdicts.items()
        }

    @property
    def signatures(self) -> Mapping[str, Signature]:
        return self._model.signatures

    def traits(self, signature: str) -> CallTraits:
        known = self._traits.get(signature)
        return known if known is not None else self._traits.setdefault(signature, CallTraits())

    def learn(self, recorded: Mapping[str, Tensors]) -> None:
        sharing = self._options.sharing
        self._traits, self._copies = learn_sharing(self._model, sharing, recorded)

    def run(
        self,
        call: Call,
        inputs: Tensors,
        *,
        requests: int = 1,
        in_caller: bool = False,
        timeout_ms: int | None = None,
    ) -> dict[str, np.ndarray]:
        """Computes in the graph as it is, or in a copy where only that keeps rows apart.

        A time limit close to that of all calls is that of all calls, which costs less.
        """
        if requests > 1 and self._options.sharing == "exact":
            _require_judged(call, inputs)
        if requests > 1 and not self.traits(call.signature.name).shared_rows:
            return self._copies.run(call.signature, inputs, requests, in_caller=in_caller)
        usual_ms = self._options.timeout_ms
        if timeout_ms is not None and abs(timeout_ms - usual_ms) <= usual_ms / 10:
            timeout_ms = None
        return self._model.run(
            call.signature, inputs, call.outputs, in_caller=in_caller, timeout_ms=timeout_ms
        )

    @property
    def memory_bytes(self) -> int:
        """The size of its variables on disk: in memory they take as much."""
        files = (self._folder / "variables").glob("*")
        return sum(file.stat().st_size for file in files)

    def close(self) -> None:
        self._model.close()
        self._copies.close()


def _require_judged(call: Call, inputs: Tensors) -> None:
    """Refuses company for calls of which nothing is known; alone, TensorFlow takes them.

    Rows of another shape than declared compute something else, and of some of the outputs only
    TensorFlow makes another graph, that may round otherwise.
    """
    specs = call.signature.inputs
    if call.signature.outputs.keys() - set(call.outputs):
        raise InvalidArgumentError("requests for some of the outputs share no call")
    if not all(_fits(array.shape, specs[alias].shape) for alias, array in inputs.items()):
        raise InvalidArgumentError("requests with rows of another shape share no call")


def _fits(shape: tuple[int, ...], declared: tuple[int, ...] | None) -> bool:
    return (
        declared is not None
        and len(shape) == len(declared)
        and all(size in {-1, own} for own, size in zip(shape, declared, strict=True))
    )
