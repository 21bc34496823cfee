"""BigQuery's names of the result columns that a query leaves without one: f0_, f1_, ..."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError

from bqml_export.sql.tokens import Sql
from bqml_export.sql.variables import variable_of

_NAMED = (exp.Alias, exp.Column, exp.Dot, exp.Star)


def unnamed_columns(sql: Sql) -> Mapping[int, str]:
    """Returns the names by position; positions after a `*` count from the end, -1 is the last.

    What stands between two `*` cannot be told and is left out, and so is all of a text that cannot
    be parsed.
    """
    try:
        trees = sql.trees()
    except (SqlglotError, RecursionError):
        return {}
    tree = trees[0] if len(trees) == 1 else None
    while isinstance(tree, exp.Subquery | exp.SetOperation):
        tree = tree.this
    if not isinstance(tree, exp.Select):
        return {}
    columns = tree.expressions
    unnamed = [n for n, column in enumerate(columns) if not isinstance(column, _NAMED)]
    parameters = [n for n in unnamed if isinstance(columns[n], exp.Parameter)]
    variables = {n: variable_of(columns[n].name) for n in parameters}
    unnamed = [n for n in unnamed if not variables.get(n)]
    stars = [index for index, column in enumerate(columns) if _is_star(column)]
    names = {n: name for n, name in variables.items() if name and not stars}
    for number, index in enumerate(unnamed):
        if not stars or index < stars[0]:
            names[index] = f"f{number}_"
        elif index > stars[-1]:
            names[index - len(columns)] = f"f{number}_"
    return names


def _is_star(column: exp.Expr) -> bool:
    return isinstance(column, exp.Star) or (
        isinstance(column, exp.Column) and isinstance(column.this, exp.Star)
    )
