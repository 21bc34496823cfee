"""Rows from files, and rows that are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.errors import RowsError
from loadtest.traffic._rows import drawn_rows, file_rows
from loadtest.traffic._signature import Signature, TensorSpec

SIGNATURE = Signature(
    "serving_default",
    {
        "price": TensorSpec("DT_DOUBLE", ()),
        "rooms": TensorSpec("DT_INT64", (1,)),
        "city": TensorSpec("DT_STRING", ()),
        "new": TensorSpec("DT_BOOL", ()),
    },
    {},
)
ROW = {"price": 1.5, "rooms": [3], "city": "Bonn", "new": True}


def written(folder: Path, name: str, text: str) -> Path:
    """Returns a file with that text."""
    path = folder / name
    path.write_text(text)
    return path


def test_a_csv_file_is_read_by_the_types_of_the_model(tmp_path: Path) -> None:
    """In the shape of a row, whatever the order of columns; the label's column is left out."""
    text = "new,city,label,price,rooms\ntrue,Bonn,x,1.5,3\n0,Kiel,y,2,4\n"
    rows = file_rows(written(tmp_path, "rows.csv", text), SIGNATURE)
    assert rows == [ROW, {"price": 2.0, "rooms": [4], "city": "Kiel", "new": False}]


def test_a_jsonl_file_is_taken_as_it_is(tmp_path: Path) -> None:
    """One instance a line; empty lines are none."""
    line = '{"price": 1.5, "rooms": [3], "city": "Bonn", "new": true}'
    assert file_rows(written(tmp_path, "r.jsonl", f"{line}\n\n{line}\n"), SIGNATURE) == [ROW, ROW]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("rows.txt", "", "expected a .jsonl or .csv file, got rows.txt"),
        ("rows.csv", "price,rooms,city\n", "no column new"),
        ("rows.csv", "price,rooms,city,new\n", "has no rows"),
        ("rows.csv", "price,rooms,city,new\nx,3,Bonn,1\n", "rows.csv:2: column price .DT_DOUBLE."),
        ("rows.csv", "price,rooms,city,new\n1,3,Bonn,maybe\n", "expected true or false"),
        ("rows.csv", "price,rooms,city,new\n1\n", "column rooms"),
        ("rows.jsonl", "{}\n", "rows.jsonl:1: expected the keys price, rooms, city, new"),
        ("rows.jsonl", "\n[1]\n", "rows.jsonl:2: .*got list"),
        ("rows.jsonl", "{\n", "rows.jsonl:1: not JSON"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    """Before any load is made."""
    with pytest.raises(RowsError, match=words):
        file_rows(written(tmp_path, name, text), SIGNATURE)


def test_an_absent_file_is_one_line(tmp_path: Path) -> None:
    """Not a trace."""
    with pytest.raises(RowsError, match=r"rows_file: .*absent.csv: No such file"):
        file_rows(tmp_path / "absent.csv", SIGNATURE)


def test_drawn_rows_are_near_the_example() -> None:
    """The example itself comes first; texts stay in the model's vocabulary."""
    first, *rest = drawn_rows(SIGNATURE, ROW, seed=1)
    assert first == ROW
    assert {row["city"] for row in rest} == {"Bonn"}
    assert len({row["price"] for row in rest}) > 10
    assert all(0.75 <= row["price"] <= 2.25 and len(row["rooms"]) == 1 for row in rest)


def test_the_same_seed_draws_the_same_rows() -> None:
    """Two runs are comparable."""
    assert drawn_rows(SIGNATURE, None, 7) == drawn_rows(SIGNATURE, None, 7)
    assert drawn_rows(SIGNATURE, None, 7) != drawn_rows(SIGNATURE, None, 8)


@pytest.mark.parametrize("example", [None, {"other": 1}], ids=["none", "of-another-model"])
def test_without_an_example_the_metadata_is_enough(example: dict[str, int] | None) -> None:
    """Every input has a value of its type and shape."""
    row = drawn_rows(SIGNATURE, example, 0)[0]
    assert [type(value) for value in row.values()] == [float, list, str, bool]
