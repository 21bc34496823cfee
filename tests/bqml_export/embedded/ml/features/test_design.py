"""The design matrix without one-hot columns, against the dense matrix that it stands for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from bqml_export.embedded.ml.data.table import Field, Value
from bqml_export.embedded.ml.features.design import Design, Layout
from bqml_export.embedded.ml.features.preprocessing import learn_features

FIELDS = (Field("c", "STRING"), Field("x", "FLOAT64"), Field("d", "BOOL"), Field("y", "INT64"))
VALUES: dict[str, list[Value]] = {
    "c": ["a", "b", None, "b", "c"],
    "x": [1.0, None, 3.0, 4.0, 9.0],
    "d": [True, False, True, True, None],
    "y": [5, 5, 6, 7, 8],
}


def layout(*, dummy: bool = False, fit_intercept: bool = True) -> Layout:
    """Returns the layout of two numbers and two categorical columns with NULLs."""
    return Layout(learn_features(FIELDS, VALUES, dummy_encoding=dummy), fit_intercept)


def dense(design: Design) -> npt.NDArray[np.float64]:
    """Returns the matrix itself, column by column."""
    return design.times(np.eye(design.width))


@pytest.mark.parametrize("dummy", [False, True])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_products_are_those_of_the_dense_matrix(*, dummy: bool, fit_intercept: bool) -> None:
    """Every product used in training equals the one with the written-out matrix."""
    design = layout(dummy=dummy, fit_intercept=fit_intercept).encode(VALUES, 5)
    full, rows = dense(design), np.random.default_rng(0).normal(size=(5, 2))
    np.testing.assert_allclose(design.transposed_times(rows), full.T @ rows, atol=1e-12)
    np.testing.assert_allclose(design.gram(), full.T @ full, atol=1e-12)
    np.testing.assert_allclose(design.column_squares(), (full**2).sum(axis=0), atol=1e-12)


def test_numbers_are_standardised_and_categories_one_hot() -> None:
    """Numbers have mean 0 and sample deviation 1, each row one category per column."""
    full = dense(layout().encode(VALUES, 5))
    assert full[:, 1].mean() == pytest.approx(0)
    assert full[:, 1].std(ddof=1) == pytest.approx(1)
    assert full[:, 2:9].sum(axis=1).tolist() == [2] * 5
    assert full[:, -1].tolist() == [1] * 5


def test_dropped_and_unseen_categories_have_no_column() -> None:
    """Dummy encoding's category, and one that training did not see, add nothing."""
    one = layout(dummy=True)
    row = one.encode({"c": ["b", "new"], "x": [1.0, 1.0], "d": [True, True], "y": [5, 5]}, 2)
    assert dense(row)[:, 2:9].tolist() == [[0] * 7] * 2


def test_scales_are_inverse_to_each_other() -> None:
    """Weights of raw columns predict the same as weights of standardised ones."""
    one = layout()
    standard = np.random.default_rng(1).normal(size=(one.width, 3))
    np.testing.assert_allclose(one.to_standard_scale(one.to_raw_scale(standard)), standard)
