"""The tables and columns that a statement reads or writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bqml_export.embedded.sql.functions import find_functions
from bqml_export.embedded.sql.statements import CreateModel, parse_model_statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bqml_export.embedded.sql.reference import ModelPath

_CATALOG = "INFORMATION_SCHEMA"


@dataclass(frozen=True, slots=True)
class TableReference:
    """A table as written; `project` and `dataset` are empty when they are not written.

    `columns` are the names, in lower case, of the columns that can be meant; None stands for all.
    """

    project: str
    dataset: str
    table: str
    columns: frozenset[str] | None


def table_references(sql: str) -> tuple[TableReference, ...]:
    """Returns the tables of `sql`, each once; nothing when the text cannot be parsed.

    Names of common table expressions are left out. `FROM t, t.items` yields a table `items` in a
    dataset `t`, which only the catalog can tell apart.
    """
    found: dict[tuple[str, str, str], TableReference] = {}
    for text in _plain_queries(sql):
        for reference in _references(text):
            key = (reference.project, reference.dataset, reference.table)
            found[key] = _joined(found[key], reference) if key in found else reference
    return tuple(found.values())


def model_references(sql: str) -> tuple[ModelPath, ...]:
    """Returns the models that the ML functions of a query use, in order, nested ones too."""
    paths: list[ModelPath] = []
    for use in find_functions(sql):
        paths.append(use.path)
        if use.query is not None:
            paths += model_references(use.query)
    return tuple(paths)


def _plain_queries(sql: str) -> Iterable[str]:
    """Yields SQL without models that reads the same tables."""
    statement = parse_model_statement(sql)
    if statement is not None:
        if isinstance(statement, CreateModel):
            yield from _plain_queries(statement.query)
        return
    pieces, position = [], 0
    for use in find_functions(sql):
        if use.query is not None:
            yield from _plain_queries(use.query)
        pieces += [sql[position : use.start], "(SELECT * FROM UNNEST([1]))"]
        position = use.end
    yield "".join([*pieces, sql[position:]])


def _references(sql: str) -> Iterable[TableReference]:
    try:
        trees = [tree for tree in sqlglot.parse(sql, dialect="bigquery") if tree is not None]
    except (SqlglotError, RecursionError):
        return
    for tree in trees:
        columns = _columns(tree)
        names = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        for table in tree.find_all(exp.Table):
            reference = _reference(table, columns)
            if reference is None or (not reference.dataset and table.name.lower() in names):
                continue
            yield reference


def _reference(table: exp.Table, columns: frozenset[str] | None) -> TableReference | None:
    if not isinstance(table.this, exp.Identifier) or not table.name:
        return None
    if table.name.upper().startswith(f"{_CATALOG}."):
        return TableReference(table.catalog, table.db, table.name, frozenset())
    return TableReference(table.catalog, table.db, table.name, columns)


def _columns(tree: exp.Expr) -> frozenset[str] | None:
    stars = (star for star in tree.find_all(exp.Star) if not isinstance(star.parent, exp.Count))
    if next(stars, None) is not None:
        return None
    return frozenset(identifier.name.lower() for identifier in tree.find_all(exp.Identifier))


def _joined(first: TableReference, second: TableReference) -> TableReference:
    if first.columns is None or second.columns is None:
        return TableReference(first.project, first.dataset, first.table, None)
    columns = first.columns | second.columns
    return TableReference(first.project, first.dataset, first.table, columns)
