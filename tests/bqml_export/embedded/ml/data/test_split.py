"""DATA_SPLIT_METHOD: which rows are held out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bqml_export.embedded.ml.data.split import Split, split_rows
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.options.training_options import parse_options
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.values import OptionValue


def numbered(rows: int) -> Table:
    """Returns a table of one column that counts its rows."""
    return Table((Field("x", "INT64"),), {"x": list(range(rows))}, rows)


def split(table: Table, **options: OptionValue) -> Split:
    """Returns the split that the options ask for."""
    return split_rows(table, parse_options({"model_type": "linear_reg", **options}))


@pytest.mark.parametrize(
    ("rows", "held_out"),
    [(499, 0), (500, 100), (1001, 200), (50_000, 10_000), (50_001, 10_000), (60_000, 10_000)],
)
def test_auto_split_holds_out_by_number_of_rows(rows: int, held_out: int) -> None:
    """None below 500 rows, 20 % up to 50,000, then 10,000."""
    result = split(numbered(rows))
    assert result.evaluation.size == held_out
    assert np.union1d(result.train, result.evaluation).tolist() == list(range(rows))


def test_random_split_follows_the_row_and_not_its_place() -> None:
    """The same rows in another order are split in the same way."""
    forward, backward = (
        numbered(1000),
        Table((Field("x", "INT64"),), {"x": range(999, -1, -1)}, 1000),
    )
    first = split(forward, data_split_method="RANDOM", data_split_eval_fraction=0.3)
    second = split(backward, data_split_method="RANDOM", data_split_eval_fraction=0.3)
    assert first.evaluation.size == 300
    assert set((999 - second.evaluation).tolist()) == set(first.evaluation.tolist())


def test_random_split_depends_on_the_schema() -> None:
    """Column names belong to the fingerprint, so a renamed column gives another split."""
    renamed = Table((Field("z", "INT64"),), {"z": list(range(1000))}, 1000)
    assert split(numbered(1000)).evaluation.tolist() != split(renamed).evaluation.tolist()


def test_custom_split_evaluates_true_and_null(make_table: Callable[..., Table]) -> None:
    """DATA_SPLIT_COL: FALSE trains, TRUE and NULL evaluate."""
    table = make_table(e=("BOOL", [True, False, None, False]))
    result = split(table, data_split_method="CUSTOM", data_split_col="E")
    assert (result.train.tolist(), result.evaluation.tolist()) == ([1, 3], [0, 2])


@pytest.mark.parametrize(
    ("type_", "values", "held_out"),
    [
        ("INT64", [5, 1, 4, None, 2], [0]),
        ("DATE", ["2020-01-03", "2020-01-09", None, None, "2020-01-01"], [1]),
    ],
)
def test_seq_split_evaluates_the_last(
    type_: str, values: list[Value], held_out: list[int], make_table: Callable[..., Table]
) -> None:
    """Rows are ordered by DATA_SPLIT_COL, NULL first; the last fraction evaluates."""
    table = make_table(t=(type_, values))
    assert split(table, data_split_method="SEQ", data_split_col="t").evaluation.tolist() == held_out


def test_no_split_trains_on_everything() -> None:
    """NO_SPLIT holds nothing out of any number of rows."""
    assert split(numbered(60_000), data_split_method="NO_SPLIT").evaluation.size == 0


@pytest.mark.parametrize(("method", "column"), [("CUSTOM", "x"), ("CUSTOM", "y"), ("SEQ", "y")])
def test_unfit_split_column_is_refused(method: str, column: str) -> None:
    """DATA_SPLIT_COL must be there, and a BOOL for CUSTOM."""
    with pytest.raises(InvalidQueryError, match=f"DATA_SPLIT_COL {column}"):
        split(numbered(10), data_split_method=method, data_split_col=column)
