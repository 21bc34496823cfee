"""Rows that training data seldom has."""

from __future__ import annotations

from bqml_export.parity._case import Kind
from bqml_export.parity._forced_rows import forced_cases
from bqml_export.parity._leaf import Leaf

LEAVES = (Leaf("x", None, "FLOAT64"), Leaf("c", None, "STRING"), Leaf("b", None, "BOOL"))
BASE = {"x": 1.5, "c": "red", "b": True}


def test_every_feature_is_null_once_and_all_of_them_together() -> None:
    """A difference then says which column it comes from."""
    rows = [case.row for case in forced_cases(LEAVES, BASE) if case.kind is Kind.NULL]
    assert rows == [
        {"x": None, "c": None, "b": None},
        {**BASE, "x": None},
        {**BASE, "c": None},
        {**BASE, "b": None},
    ]


def test_categories_get_an_unseen_value_and_numbers_extreme_ones() -> None:
    """A BOOL has neither."""
    cases = [case for case in forced_cases(LEAVES, BASE) if case.kind is not Kind.NULL]
    changed = [(case.kind, [n for n in BASE if case.row[n] != BASE[n]]) for case in cases]
    assert changed == [(Kind.UNSEEN, ["c"]), *[(Kind.EXTREME, ["x"])] * 6]


def test_what_float32_cannot_hold_is_said() -> None:
    """Only for such numbers may the two sides differ."""
    extremes = {
        case.row["x"]: case.limit
        for case in forced_cases(LEAVES, BASE)
        if case.kind is Kind.EXTREME
    }
    assert {value for value, limit in extremes.items() if limit} == {1e308, -1e308}
    assert extremes[1e308] == ("1e+308 is beyond float32, in which the export computes")
