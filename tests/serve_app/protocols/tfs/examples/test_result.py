"""The checks of a model's outputs for a batch of examples."""

from __future__ import annotations

import numpy as np
import pytest

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.examples.result import classifications, regressions

LABELS = np.array([[b"a", b"b"], [b"c", b"d"]], object)
SCORES = np.array([[0.9, 0.1], [0.4, 0.6]], np.float32)


def test_labels_and_scores_stand_side_by_side() -> None:
    """One list of classes per example."""
    found = classifications({"classes": LABELS, "scores": SCORES}, 2)
    assert found.labels is LABELS
    assert found.scores is SCORES


def test_what_a_model_does_not_give_is_empty_or_zero() -> None:
    """A label may be missing, or the score."""
    assert classifications({"scores": SCORES}, 2).labels.tolist() == [[b"", b""]] * 2
    assert classifications({"classes": LABELS}, 2).scores.tolist() == [[0, 0]] * 2


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({"classes": LABELS[0]},
         "Expected Tensor shape: [batch_size num_classes] but got [2]"),
        ({"scores": SCORES[None]},
         "Expected Tensor shape: [batch_size num_classes] but got [1,2,2]"),
        ({"scores": np.array(1, np.float32)},
         "Expected Tensor shape: [batch_size num_classes] but got []"),
        ({"classes": SCORES}, "Expected classes Tensor of DT_STRING. Got: DT_FLOAT"),
        ({"scores": SCORES.astype(float)}, "Expected scores Tensor of DT_FLOAT. Got: DT_DOUBLE"),
        ({"scores": SCORES.astype(np.float16)}, "Expected scores Tensor of DT_FLOAT. Got: DT_HALF"),
        ({"classes": LABELS[:1]}, "Expected classes output batch size of 2. Got: 1"),
        ({"scores": SCORES[:0]}, "Expected scores output batch size of 2. Got: 0"),
        ({"classes": LABELS, "scores": SCORES[:, :1]},
         "Tensors class and score should match in dim_size(1). Got 2 vs. 1"),
    ],
)  # fmt: skip
def test_no_classification(outputs: dict[str, np.ndarray], words: str) -> None:
    """Classes are checked before scores; rank, type, batch, then their agreement."""
    with pytest.raises(InvalidArgumentError) as caught:
        classifications(outputs, 2)
    assert str(caught.value) == words


@pytest.mark.parametrize("values", [np.array([1, 2], np.float32), np.array([[1], [2]], np.float32)])
def test_a_regression_may_have_a_second_dimension_of_one(values: np.ndarray) -> None:
    """One value per example either way."""
    assert regressions({"outputs": values}, 2).values.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (SCORES, ("Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but "
                 "got [2,2]")),
        (np.array(1, np.float32), ("Expected output Tensor shape to be either [batch_size] or "
                        "[batch_size, 1] but got []")),
        (np.array([1], np.float32), "Input batch size did not match output batch size: 2 vs. 1"),
        (np.array([1, 2], np.float64), "Expected output Tensor of DT_FLOAT.  Got: DT_DOUBLE"),
    ],
)  # fmt: skip
def test_no_regression(values: np.ndarray, words: str) -> None:
    """Shape, batch, then type."""
    with pytest.raises(InvalidArgumentError) as caught:
        regressions({"outputs": values}, 2)
    assert str(caught.value) == words
