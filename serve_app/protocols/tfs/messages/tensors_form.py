"""How requests that carry tensors become one model call, and its outputs their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from serve_app.kinds.signature import Signature

Tensors: TypeAlias = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Outputs:
    """The answer to one request.

    Attributes:
        tensors: Output alias -> tensor.
        signature: What was called.
        version: The version that was.
    """

    tensors: Tensors
    signature: Signature
    version: int


class TensorsForm:
    """The tensors of many predict requests, one set of inputs each.

    A model that is not quick is left to the exact way, which obeys each client's deadline.
    """

    quick_only = True

    def merge(
        self, requests: Sequence[Tensors], signature: Signature
    ) -> dict[str, np.ndarray] | None:
        """Returns one tensor per input alias; None if two requests differ in type or row shape.

        The aliases of each request must be those of the signature.
        """
        merged: dict[str, np.ndarray] = {}
        for alias in signature.inputs:
            arrays = [tensors.get(alias) for tensors in requests]
            first = arrays[0]
            if first is None:
                return None
            form = (first.dtype, first.shape[1:])
            for array in arrays:
                if array is None or not array.ndim or (array.dtype, array.shape[1:]) != form:
                    return None
            merged[alias] = first if len(arrays) == 1 else np.concatenate(arrays)  # type: ignore[arg-type]
        return merged

    def split(
        self, outputs: Tensors, counts: Sequence[int], signature: Signature, version: int
    ) -> list[Outputs]:
        """Returns the outputs of each request.

        Args:
            outputs: The model's tensors by alias; of several requests each of shape
                [sum of counts, ...].
            counts: Rows of each request.
            signature: What was called.
            version: The version that was.
        """
        if len(counts) == 1:
            return [Outputs(outputs, signature, version)]
        answers, begin = [], 0
        for count in counts:
            mine = {alias: array[begin : begin + count] for alias, array in outputs.items()}
            answers.append(Outputs(mine, signature, version))
            begin += count
        return answers


def row_count(tensors: Tensors) -> int | None:
    """Returns the size that all tensors share in their first dimension, None without one."""
    sizes = {len(array) if array.ndim else 0 for array in tensors.values()}
    return sizes.pop() or None if len(sizes) == 1 else None
