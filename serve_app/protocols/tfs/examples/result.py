"""Checks and holds what a model answered for a batch of tf.Examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.tensor_type import enum_name
from serve_app.protocols.tfs.examples.form import CLASSES, OUTPUTS, SCORES


@dataclass(frozen=True, slots=True)
class Classifications:
    """The classes of each example.

    Attributes:
        labels: [examples, classes], objects of type bytes; empty where the model gives no labels.
        scores: [examples, classes], float32; 0 where the model gives no scores.
    """

    labels: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True, slots=True)
class Regressions:
    """The value of each example.

    Attributes:
        values: [examples], float32.
    """

    values: np.ndarray


Result: TypeAlias = Classifications | Regressions


def classifications(tensors: Mapping[str, np.ndarray], examples: int) -> Classifications:
    """Returns the checked answer of a classification.

    Raises:
        InvalidArgumentError: A tensor has another shape or type than a classification's.
    """
    labels, scores = tensors.get(CLASSES), tensors.get(SCORES)
    if labels is not None:
        _check_classes(CLASSES, labels, "DT_STRING", examples)
    if scores is not None:
        _check_classes(SCORES, scores, "DT_FLOAT", examples)
    if labels is None:
        assert scores is not None, "the form has at least one of both"
        return Classifications(np.full(scores.shape, b"", np.object_), scores)
    if scores is None:
        return Classifications(labels, np.zeros(labels.shape, np.float32))
    if labels.shape[1] != scores.shape[1]:
        raise InvalidArgumentError(
            "Tensors class and score should match in dim_size(1). Got "
            f"{labels.shape[1]} vs. {scores.shape[1]}"
        )
    return Classifications(labels, scores)


def _check_classes(alias: str, tensor: np.ndarray, expected: str, examples: int) -> None:
    if tensor.ndim != 2:
        raise InvalidArgumentError(
            f"Expected Tensor shape: [batch_size num_classes] but got {_shape(tensor)}"
        )
    if enum_name(tensor) != expected:
        raise InvalidArgumentError(
            f"Expected {alias} Tensor of {expected}. Got: {enum_name(tensor)}"
        )
    if len(tensor) != examples:
        raise InvalidArgumentError(
            f"Expected {alias} output batch size of {examples}. Got: {len(tensor)}"
        )


def regressions(tensors: Mapping[str, np.ndarray], examples: int) -> Regressions:
    """Returns the checked answer of a regression.

    Raises:
        InvalidArgumentError: The tensor has another shape or type than a regression's.
    """
    values = tensors[OUTPUTS]
    if not (values.ndim == 1 or (values.ndim == 2 and values.shape[1] == 1)):
        raise InvalidArgumentError(
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got "
            f"{_shape(values)}"
        )
    if len(values) != examples:
        raise InvalidArgumentError(
            f"Input batch size did not match output batch size: {examples} vs. {len(values)}"
        )
    if enum_name(values) != "DT_FLOAT":
        raise InvalidArgumentError(f"Expected output Tensor of DT_FLOAT.  Got: {enum_name(values)}")
    return Regressions(values.reshape(examples))


def _shape(tensor: np.ndarray) -> str:
    return f"[{','.join(map(str, tensor.shape))}]"
