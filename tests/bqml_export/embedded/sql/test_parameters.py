"""Positional parameters become named ones."""

from __future__ import annotations

import pytest

from bqml_export.embedded.sql.parameters import name_positional
from bqml_export.errors import InvalidQueryError

ONE = {"parameterType": {"type": "INT64"}, "parameterValue": {"value": "1"}}


def test_each_question_mark_gets_a_name() -> None:
    """Question marks in strings and comments stay."""
    sql, parameters = name_positional("SELECT ?, '?', ? -- ?", [ONE, ONE])
    assert sql == "SELECT @p_1, '?', @p_2 -- ?"
    assert [parameter["name"] for parameter in parameters] == ["p_1", "p_2"]


def test_named_parameters_stay() -> None:
    """Text without question marks is not changed."""
    assert name_positional("SELECT @x", [{"name": "x"}]) == ("SELECT @x", ({"name": "x"},))


def test_too_few_parameters_are_an_error() -> None:
    """The message says how many there are and how many are needed."""
    with pytest.raises(InvalidQueryError, match="has 2 positional parameters, but 1"):
        name_positional("SELECT ?, ?", [ONE])
