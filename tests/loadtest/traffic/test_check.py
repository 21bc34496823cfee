"""What is wrong with an answer, and that nothing else is called wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loadtest.traffic._check import AnswerCheck, classes
from loadtest.traffic._signature import Signature, TensorSpec

OUTPUTS = {
    "a_probs": TensorSpec("DT_DOUBLE", (2,)),
    "a_values": TensorSpec("DT_STRING", (2,)),
    "predicted_a": TensorSpec("DT_STRING", (1,)),
}
CLASSIFIER = Signature("s", {}, OUTPUTS)
GOOD = {"a_probs": [0.5, 1], "a_values": ["x", "y"], "predicted_a": ["x"]}
CHECK = AnswerCheck(CLASSIFIER, {"predicted_a": frozenset({"x", "y"})})
REGRESSION = AnswerCheck(Signature("s", {}, {"y": TensorSpec("DT_FLOAT", (1,))}), {})


def body(*rows: Any) -> bytes:
    """Returns an answer of these rows."""
    return json.dumps({"predictions": rows}).encode()


@pytest.mark.parametrize("rows", [[GOOD], [GOOD, {**GOOD, "predicted_a": ["y"]}]])
def test_a_right_answer_has_no_fault(rows: list[Any]) -> None:
    """Whole numbers are numbers too."""
    assert CHECK.body(body(*rows), len(rows)) is None
    assert REGRESSION.body(body([1.5], [2]), 2) is None


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({**GOOD, "predicted_a": ["z"]}, "predicted_a: 'z' is not among the classes"),
        ({**GOOD, "predicted_a": [{"b64": "eA=="}]}, "is not among the classes"),
        ({**GOOD, "predicted_a": "x"}, "predicted_a: a value is not a list"),
        ({**GOOD, "predicted_a": []}, "predicted_a: 0 values, expected 1"),
        ({**GOOD, "a_probs": [0.5, float("nan")]}, "a_probs: not a finite number"),
        ({**GOOD, "a_probs": [0.5, float("inf")]}, "a_probs: not a finite number"),
        ({**GOOD, "a_probs": [0.5, "1"]}, "a_probs: not a number"),
        ({**GOOD, "a_probs": [0.5, True]}, "a_probs: not a number"),
        ({**GOOD, "a_probs": [0.5]}, "a_probs: 1 values, expected 2"),
        ({**GOOD, "a_values": ["x", 1]}, "a_values: not of type DT_STRING"),
        ({**GOOD, "more": 1}, "other outputs than the model"),
        ({"a_probs": [0.5, 1]}, "other outputs than the model"),
        ([0.5], "other outputs than the model"),
    ],
)
def test_a_wrong_row_is_found_among_right_ones(row: Any, fault: str) -> None:
    """By its first fault, with the output's name."""
    assert fault in (CHECK.body(body(GOOD, row), 2) or "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"[]", "no predictions"),
        (b'{"error": "x"}', "no predictions"),
        (b'{"predictions": []}', "0 rows in the answer to 1"),
        (b'{"predictions": [[NaN]]}', "y: not a finite number"),
    ],
)
def test_a_wrong_document_is_a_fault(text: bytes, fault: str) -> None:
    """TensorFlow Serving's bare NaN is read, and is wrong."""
    assert fault in (REGRESSION.body(text, 1) or "")


def test_numbers_can_be_labels() -> None:
    """A label of type INT64 is compared by its text."""
    outputs = {
        "predicted_n": TensorSpec("DT_INT64", (1,)),
        "n_values": TensorSpec("DT_INT64", (2,)),
    }
    signature = Signature("s", {}, outputs)
    right = {"predictions": [{"predicted_n": [2], "n_values": [1, 2]}]}
    labels = classes(signature, right)
    assert labels == {"predicted_n": frozenset({"1", "2"})}
    assert AnswerCheck(signature, labels).answer(right, 1) is None
    wrong = {"predictions": [{"predicted_n": [3], "n_values": [1, 2]}]}
    assert AnswerCheck(signature, labels).answer(wrong, 1) is not None
