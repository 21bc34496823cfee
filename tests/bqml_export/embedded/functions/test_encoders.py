"""Vocabularies of the training rows, frozen in a CASE."""

from __future__ import annotations

import pytest

from bqml_export.embedded.functions.encoders import ENCODERS, Encoder
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.arguments import Arguments
from bqml_export.sql.tokens import read_sql


def encoder(name: str, *arguments: str) -> Encoder:
    """Returns the call with these arguments."""
    return ENCODERS[name](Arguments(name, tuple(map(read_sql, arguments))))


VALUES = [None, "a", "b", "b", "c", "c", "c", "d", "d"]


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        (("2", "2"), {"b": 1, "c": 2}),
        (("10", "2"), {"b": 1, "c": 2, "d": 3}),
        (("10", "0"), {"a": 1, "b": 2, "c": 3, "d": 4}),
        ((), {}),
    ],
)
def test_vocabulary_is_sorted_and_limited(limits: tuple[str, ...], kept: dict[str, int]) -> None:
    """The most frequent categories that occur often enough (5 times by default), in order."""
    sql = encoder("LABEL_ENCODER", "x", *limits).freeze(VALUES)
    cases = " ".join(f"WHEN '{text}' THEN {i}" for text, i in kept.items())
    assert sql == (f"CASE x {cases} ELSE 0 END" if kept else "0")


def test_dummy_encoding_drops_the_most_frequent_category() -> None:
    """It keeps its index and has the value 0."""
    sql = encoder("ONE_HOT_ENCODER", "x", "'most_frequent'", "9", "0").freeze(VALUES)
    assert "IF(x = 'c', 0, 1)" in sql


def test_arrays_give_one_entry_per_category() -> None:
    """ML.MULTI_HOT_ENCODER counts the elements of all arrays."""
    sql = encoder("MULTI_HOT_ENCODER", "x", "9", "2").freeze([["a", "b"], ["a"], None])
    assert "WHEN 'a' THEN 1" in sql
    assert "'b'" not in sql


@pytest.mark.parametrize(
    ("name", "arguments", "named"),
    [
        ("LABEL_ENCODER", ("x", "0"), "top_k must be"),
        ("ONE_HOT_ENCODER", ("x", "'all'"), "drop must be one of none, most_frequent"),
        ("MULTI_HOT_ENCODER", ("x", "9", "-1"), "frequency_threshold must be"),
    ],
)
def test_wrong_limit_is_refused_by_name(name: str, arguments: tuple[str, ...], named: str) -> None:
    """The message names the function and the argument."""
    with pytest.raises(InvalidQueryError, match=f"ML.{name}: {named}"):
        encoder(name, *arguments)


def test_numbers_are_no_categories() -> None:
    """BigQuery takes STRING there; the message says how to get one."""
    with pytest.raises(InvalidQueryError, match="CAST the column AS STRING"):
        encoder("LABEL_ENCODER", "x").freeze([1, 2])
