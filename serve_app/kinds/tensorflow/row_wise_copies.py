"""Row-wise copies of a model: they compute single rows in company, each as if it were alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from serve_app.errors import ServeAppError
from serve_app.kinds.signature import Signature, TensorSpec
from serve_app.kinds.tensorflow.row_wise import RowWiseGraph
from serve_app.kinds.tensorflow.saved_model import SavedModel
from serve_app.kinds.tensorflow.sharing._executed_graph import ExecutedGraph
from serve_app.kinds.tensorflow.sharing._following import RowsThrough

_log = logging.getLogger(__name__)
WIDTHS = (4, 16, 64)
_MOST_BYTES = 64 * 1024 * 1024
_MOST_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Copyable:
    """A signature that needs copies: its graph as it is executed, and what is known of its rows."""

    signature: Signature
    graph: ExecutedGraph
    through: RowsThrough


class RowWiseCopies:
    """All row-wise copies of one model, in a session of their own.

    Args:
        model: The session; None where there are no copies.
        by_name: Signature name -> width and signature of each copy, narrow to wide.
    """

    def __init__(
        self,
        model: SavedModel | None = None,
        by_name: Mapping[str, tuple[tuple[int, Signature], ...]] | None = None,
    ) -> None:
        self._model = model
        self._by_name = by_name or {}

    def widths(self, name: str) -> tuple[int, ...]:
        """How many single rows each copy of a signature takes."""
        return tuple(width for width, _ in self._by_name.get(name, ()))

    def run(
        self,
        signature: Signature,
        inputs: Mapping[str, np.ndarray],
        rows: int,
        *,
        in_caller: bool = False,
    ) -> dict[str, np.ndarray]:
        """Computes `rows` single rows, at most the widest copy's; as `SavedModel.run`."""
        assert self._model is not None
        width, copy = next(each for each in self._by_name[signature.name] if each[0] >= rows)
        if rows < width:
            last = np.minimum(np.arange(width), rows - 1)
            inputs = {alias: array[last] for alias, array in inputs.items()}
        outputs = self._model.run(copy, inputs, in_caller=in_caller)
        return {alias: array[:rows] for alias, array in outputs.items()}

    def close(self) -> None:
        if self._model is not None:
            self._model.close()


def open_copies(model: SavedModel, wanted: list[Copyable]) -> RowWiseCopies:
    """Returns copies for some signatures: none of a large model, fewer of a large graph."""
    if not wanted or _size_bytes(model.folder) > _MOST_BYTES:
        return RowWiseCopies()
    nodes: list[Any] = []
    by_name: dict[str, tuple[tuple[int, Signature], ...]] = {}
    there = model.node_names
    done: dict[tuple[str, ...], tuple[RowWiseGraph, ...]] = {}
    for number, each in enumerate(wanted):
        tensors = (*each.graph.feeds, "", *each.graph.fetches)
        if tensors not in done:  # two names of one signature are usual
            graphs = [RowWiseGraph(each.graph, each.through, width, f"row_wise_{number}/{width}",
                                   there) for width in WIDTHS]  # fmt: skip
            done[tensors] = tuple(_within(graphs, _MOST_NODES - len(nodes)))
            nodes += [node for graph in done[tensors] for node in graph.nodes]
        by_name[each.signature.name] = tuple(
            (graph.width, _renamed(each.signature, graph)) for graph in done[tensors]
        )
    try:
        return RowWiseCopies(model.with_nodes(nodes), by_name)
    except ServeAppError as exc:
        _log.warning("no row-wise copy of %s: %s", model.folder, exc.message)
        return RowWiseCopies()


def _within(graphs: list[RowWiseGraph], most: int) -> list[RowWiseGraph]:
    fitting = []
    for graph in graphs:
        most -= len(graph.nodes)
        if most < 0:
            break
        fitting.append(graph)
    return fitting


def _renamed(signature: Signature, graph: RowWiseGraph) -> Signature:
    def renamed(specs: Mapping[str, TensorSpec], names: Mapping[str, str]) -> dict[str, TensorSpec]:
        # An input that no output follows from is not in the graph.
        return {alias: replace(spec, tensor_name=names[spec.tensor_name])
                for alias, spec in specs.items() if spec.tensor_name in names}  # fmt: skip

    return replace(
        signature,
        name=f"{signature.name}/{graph.width}",
        inputs=renamed(signature.inputs, graph.feeds),
        outputs=renamed(signature.outputs, graph.fetches),
    )


def _size_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
