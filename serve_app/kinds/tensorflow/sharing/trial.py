"""Finds out, once per version, which requests may share a model call.

The graph decides (`analysis`, and `follow` of what is really executed); rows that are tried alone
and in company can only refuse what it allows.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import TypeAlias

import numpy as np

from serve_app.errors import ServeAppError
from serve_app.kinds.servable import Sharing
from serve_app.kinds.signature import Signature, TensorSpec
from serve_app.kinds.tensorflow.row_wise_copies import Copyable, RowWiseCopies, open_copies
from serve_app.kinds.tensorflow.saved_model import SavedModel
from serve_app.kinds.tensorflow.sharing._executed_graph import BATCH, ExecutedGraph, Shape
from serve_app.kinds.tensorflow.sharing._following import follow
from serve_app.kinds.tensorflow.sharing._operations import plain_name
from serve_app.kinds.tensorflow.sharing._samples import Rows, chosen, count, edge_rows, plain_rows
from serve_app.kinds.traits import CallTraits

_log = logging.getLogger(__name__)

Outputs: TypeAlias = Mapping[str, np.ndarray]

_BUDGET_S = 2.0
_TIMEOUT_MS = 5_000
_SIZES = (2, 3, 5, 8, 13, 32, 64, 128, 333, 1024)


def learn_sharing(
    model: SavedModel, sharing: Sharing, recorded: Mapping[str, Rows]
) -> tuple[dict[str, CallTraits], RowWiseCopies]:
    """Finds out what calls of each signature are like, and makes the copies that they need.

    Nobody else uses the model yet. `always` asks nothing of the graph; `recorded` are rows of the
    publisher by signature.
    """
    traits: dict[str, CallTraits] = {}
    trials: dict[str, _Trial] = {}
    for name, signature in model.signatures.items():
        verdict = model.verdicts[name]
        traits[name] = CallTraits(stateful=verdict.stateful, bounded=verdict.bounded)
        if signature.method_name and signature.inputs:
            trial = trials[name] = _Trial(model, signature, traits[name])
            trial.time_calls(recorded.get(name))
            trial.decide(sharing)
    try:
        copies = _copies(model, trials)
    except Exception:  # noqa: BLE001 - a version is served without copies, whatever its graph
        _log.exception("no row-wise copies of %s", model.folder)
        copies = RowWiseCopies()
        for each in traits.values():
            each.row_width = 0
    for name, trial in trials.items():
        if sharing == "exact" and traits[name].reason:
            _log.info("signature %s: %s", name, traits[name].reason)
        trial.forget()
    return traits, copies


def _copies(model: SavedModel, trials: Mapping[str, _Trial]) -> RowWiseCopies:
    wanted = {name: trial.copyable for name, trial in trials.items() if trial.copyable}
    copies = open_copies(model, list(wanted.values()))
    for name in wanted:
        trials[name].try_copies(copies)
    if not any(trials[name].traits.row_width for name in wanted):
        copies.close()
        return RowWiseCopies()
    return copies


def has_batch_dimension(signature: Signature) -> bool:
    """Tells whether every input may have any number of rows."""
    return bool(signature.inputs) and all(map(_has_rows, signature.inputs.values()))


def _has_rows(spec: TensorSpec) -> bool:
    return spec.shape is not None and len(spec.shape) > 0 and spec.shape[0] == -1


class _Trial:
    """Learns about one signature.

    Attributes:
        copyable: What row-wise copies would be made of, if they are needed.
    """

    def __init__(self, model: SavedModel, signature: Signature, traits: CallTraits) -> None:
        self._model = model
        self._signature = signature
        self.traits = traits
        self.copyable: Copyable | None = None
        self._graph: ExecutedGraph | None = None
        self._accepted: list[Rows] = []
        self._refused = ""

    def forget(self) -> None:
        self.copyable = self._graph = None
        self._accepted = []

    def time_calls(self, recorded: Rows | None) -> None:
        """Notes the time of calls with one and with many rows; keeps the graph of the first.

        A model of state is not run at all, one of loops only with its publisher's rows: others may
        keep it from ending.
        """
        if self.traits.stateful:
            return
        made: list[Rows | None] = []
        if self.traits.bounded:
            texts = self._model.examples
            made = [plain_rows(self._signature, texts) if texts else None,
                    plain_rows(self._signature)]  # fmt: skip
        for rows in filter(None, (recorded, *made)):
            try:
                for sample in (chosen(rows, slice(0, 1)), rows):
                    self._time(sample)
            except ServeAppError as exc:
                self._refused = self._refused or exc.message
                _log.info("sample rows refused by signature %s: %s", self._signature.name,
                          exc.message)  # fmt: skip
            else:
                self._accepted.append(rows)

    def _time(self, sample: Rows) -> None:
        if self._graph is None:
            graph = self._model.executed_graph(self._signature, sample, _TIMEOUT_MS)
            self._graph = ExecutedGraph(graph)
        self._run(sample)
        for _ in range(2 if self.traits.bounded else 1):
            started_s = perf_counter()
            self._run(sample, in_caller=self.traits.bounded)
        self.traits.pace.note(count(sample), perf_counter() - started_s)

    def decide(self, sharing: Sharing) -> None:
        """Says whether calls are shared as the graph is, must not be, or need copies."""
        if sharing == "off":
            self.traits.reason = "switched off"
        elif not has_batch_dimension(self._signature):
            self.traits.reason = "an input has no axis for a number of rows"
        elif sharing == "always":
            self.traits.shared_rows = sys.maxsize
        else:
            self._judge()

    def _judge(self) -> None:
        self.traits.reason = self._model.verdicts[self._signature.name].reason
        if self.traits.reason:
            return
        if self._graph is None:
            self.traits.reason = (
                f"no row could be tried: {self._refused or 'an input of any shape'}"
            )
            return
        fed = {spec.tensor_name: _batch(spec) for spec in self._signature.inputs.values()}
        through = follow(self._graph, fed)
        self.traits.reason = through.why_not
        if through.why_not:
            return
        if through.by_rows:
            operations = sorted({plain_name(self._graph.nodes[name].op)
                                 for name in through.by_rows})  # fmt: skip
            self.traits.reason = f"single rows only, row by row: {', '.join(operations)}"
            self.copyable = Copyable(self._signature, self._graph, through)
        elif self._agrees(_SIZES, self._run):
            self.traits.shared_rows = sys.maxsize

    def try_copies(self, copies: RowWiseCopies) -> None:
        """Takes the copies if they give each row tried the bits that the model gives it alone."""
        widths = copies.widths(self._signature.name)

        def run(rows: Rows, *, in_caller: bool = False) -> Outputs:
            return copies.run(self._signature, rows, count(rows), in_caller=in_caller)

        if not widths:
            self.traits.reason = "too large for row-wise copies"
        elif self._agrees([size for width in widths for size in (width - 1, width)], run):
            self.traits.row_width = widths[-1]

    def _agrees(self, sizes: Sequence[int], run: Callable[..., Outputs]) -> bool:
        """Tries rows alone and in company of these sizes; refuses at the first bit that differs."""
        until_s = perf_counter() + _BUDGET_S
        assert self._graph is not None
        edges = edge_rows(self._signature, self._graph, self._model.folder, self._model.examples)
        for rows in (*self._accepted, edges):
            alone = self._alone(rows, until_s)
            for size in sizes if alone else ():
                if perf_counter() > until_s:
                    return True
                # Every size has the rows in other places.
                order = (np.arange(size) * 7 + size) % len(alone)
                places = np.array(sorted(alone))[order]
                if difference := self._difference(run, rows, places, alone):
                    self.traits.reason = difference
                    _log.warning("signature %s: %s; its requests do not share calls",
                                 self._signature.name, difference)  # fmt: skip
                    return False
        return True

    def _alone(self, rows: Rows, until_s: float) -> dict[int, Outputs]:
        """The outputs of each row that the model accepts, by its number.

        In the thread in which company is computed: in others TensorFlow takes the smallest numbers
        for zero.
        """
        alone: dict[int, Outputs] = {}
        for row in range(count(rows)):
            if perf_counter() > until_s:
                break
            try:
                alone[row] = self._run(chosen(rows, slice(row, row + 1)), in_caller=True)
            except ServeAppError:
                continue
        return alone

    def _difference(
        self,
        run: Callable[..., Outputs],
        rows: Rows,
        places: np.ndarray,
        alone: Mapping[int, Outputs],
    ) -> str:
        try:
            outputs = run(chosen(rows, places), in_caller=True)
        except ServeAppError as exc:
            return f"rows that are accepted alone fail in company: {exc.message}"
        for alias, array in outputs.items():
            expected = np.concatenate([alone[place][alias] for place in places])
            if not _equal(array, expected):
                return f"output {alias} of a row differs in company of {len(places)}"
        return ""

    def _run(self, rows: Rows, *, in_caller: bool = False) -> Outputs:
        return self._model.run(self._signature, rows, in_caller=in_caller)


def _batch(spec: TensorSpec) -> Shape:
    return (BATCH, *(None if size < 0 else size for size in (spec.shape or ())[1:]))


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    """Tells whether all bits are equal; one NaN is as good as another."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype == np.object_:
        return bool((one == other).all())
    if one.tobytes() == other.tobytes():
        return True
    if one.dtype.kind not in "fc":
        return False
    same_sign = np.signbit(one.real) == np.signbit(other.real)
    return bool((((one == other) & same_sign) | (np.isnan(one) & np.isnan(other))).all())
