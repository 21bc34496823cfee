"""The answers of classify and regress requests."""

from __future__ import annotations

import numpy as np
import pytest

from serve_app.protocols.tfs.examples.result import Classifications, Regressions
from serve_app.protocols.tfs.rest.examples_response import write_results


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1.0, 0.2, -0.0], b"[1.0,0.2,-0.0]"),
        ([1 / 3, 1e6], b"[0.333333343,1000000.0]"),
        ([float("nan"), float("inf"), 0.2], b"[NaN,Infinity,0.2]"),
    ],
)
def test_a_regression_is_a_list_of_values(values: list[float], text: bytes) -> None:
    """In the shortest form of float32."""
    assert write_results(Regressions(np.array(values, np.float32))) == b'{"results":' + text + b"}"


def test_a_classification_is_a_list_of_labels_and_scores_per_example() -> None:
    """Labels are raw bytes."""
    labels = np.array([[b"a", "é".encode()], [b"", b"b"]], object)
    scores = np.array([[0.9, 0.1], [1, 0]], np.float32)
    text = '{"results":[[["a",0.9],["é",0.1]],[["",1.0],["b",0.0]]]}'
    assert write_results(Classifications(labels, scores)) == text.encode()


def test_labels_and_scores_that_json_cannot_hold_go_out_as_they_are() -> None:
    """As TensorFlow Serving writes them, without checks."""
    labels, scores = np.array([[b"\xff"]], object), np.array([[np.nan]], np.float32)
    assert write_results(Classifications(labels, scores)) == b'{"results":[[["\xff",NaN]]]}'


def test_an_example_may_have_no_classes() -> None:
    """Its list is empty."""
    empty = Classifications(np.empty((2, 0), object), np.empty((2, 0), np.float32))
    assert write_results(empty) == b'{"results":[[],[]]}'
