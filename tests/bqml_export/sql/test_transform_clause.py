"""The select list of TRANSFORM(...)."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.model_statements import CreateModel, read_model_statement
from bqml_export.sql.tokens import read_sql
from bqml_export.sql.transform_clause import SelectItem, referenced


def items(clause: str) -> tuple[SelectItem, ...]:
    """Returns the items of TRANSFORM(clause)."""
    statement = read_model_statement(read_sql(f"CREATE MODEL d.m TRANSFORM({clause}) AS SELECT 1"))
    assert isinstance(statement, CreateModel)
    return statement.transform


def test_each_item_has_a_name_and_its_text() -> None:
    """With AS, without it after a call, or a column's own name; the text is the user's."""
    found = items("a, `b c`, f(x, 1) AS y, ML.STANDARD_SCALER(z) OVER() z2, * EXCEPT(q, `R`), *")
    assert [(item.sql.text, item.name) for item in found] == [
        ("a", "a"), ("`b c`", "b c"), ("f(x, 1)", "y"), ("ML.STANDARD_SCALER(z) OVER()", "z2"),
        ("* EXCEPT(q, `R`)", None), ("*", None),
    ]  # fmt: skip
    assert [item.excluded for item in found[-2:]] == [{"q", "r"}, frozenset()]


@pytest.mark.parametrize(
    ("clause", "error", "named"),
    [
        ("", InvalidQueryError, "needs a select list"),
        ("a + 1", InvalidQueryError, "expression a \\+ 1 needs a name"),
        ("1", InvalidQueryError, "expression 1 needs a name"),
        ("x * @factor AS y", InvalidQueryError, "Query parameters cannot"),
        ("CASE WHEN f(x) END", InvalidQueryError, "needs a name"),
        ("* REPLACE (1 AS x)", NotSupportedError, "only EXCEPT"),
    ],
)
def test_item_without_a_name_is_refused(clause: str, error: type[Exception], named: str) -> None:
    """The name is a column of the model, so it must be written."""
    with pytest.raises(error, match=named):
        items(clause)


def test_only_create_model_takes_the_clause_and_once() -> None:
    """Elsewhere it is a syntax error."""
    for sql in (
        "DROP MODEL d.m TRANSFORM(a)",
        "CREATE MODEL m TRANSFORM(a) TRANSFORM(b) AS SELECT 1",
    ):
        with pytest.raises(InvalidQueryError, match="Syntax error"):
            read_model_statement(read_sql(sql))


def test_columns_that_an_expression_reads() -> None:
    """Names in any case, quoted or not, but not in strings."""
    sql = read_sql("UPPER(`City`) || 'street' || zip")
    assert referenced(sql, ["city", "street", "Zip"]) == {"city", "Zip"}
