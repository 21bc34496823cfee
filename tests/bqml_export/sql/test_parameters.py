"""Positional parameters, and BYTES parameters."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError
from bqml_export.sql.parameters import decode_bytes_parameters, name_positional
from bqml_export.sql.tokens import read_sql

ONE = {"parameterType": {"type": "INT64"}, "parameterValue": {"value": "1"}}


def test_each_question_mark_gets_a_name() -> None:
    """Question marks in strings and comments stay."""
    sql, parameters = name_positional(read_sql("SELECT ?, '?', ? -- ?"), [ONE, ONE])
    assert sql.text == "SELECT @p_1, '?', @p_2 -- ?"
    assert [parameter["name"] for parameter in parameters] == ["p_1", "p_2"]


def test_named_parameters_stay() -> None:
    """Text without question marks is not changed."""
    sql = read_sql("SELECT @x")
    assert name_positional(sql, [{"name": "x"}]) == (sql, ({"name": "x"},))


def test_too_few_parameters_are_an_error() -> None:
    """The message says how many there are and how many are needed."""
    with pytest.raises(InvalidQueryError, match="has 2 positional parameters, but 1"):
        name_positional(read_sql("SELECT ?, ?"), [ONE])


TEXT = {"name": "t", "parameterType": {"type": "STRING"}, "parameterValue": {"value": "x"}}
BYTES = {"name": "b", "parameterType": {"type": "BYTES"}, "parameterValue": {"value": "eA=="}}


def test_bytes_are_decoded_where_they_are_used() -> None:
    """Only the BYTES parameter changes, at every use of it and nowhere in literals."""
    sql, parameters = decode_bytes_parameters(read_sql("SELECT @b, '@b', @t, @b"), (TEXT, BYTES))
    assert sql.text == "SELECT FROM_BASE64(@b), '@b', @t, FROM_BASE64(@b)"
    assert [parameter["parameterType"]["type"] for parameter in parameters] == ["STRING"] * 2
