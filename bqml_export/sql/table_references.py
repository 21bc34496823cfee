"""The tables and columns that a statement reads or writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError

from bqml_export.sql.model_functions import find_functions
from bqml_export.sql.model_statements import CreateModel, ModelStatement
from bqml_export.sql.paths import ModelPath
from bqml_export.sql.tokens import Sql, read_sql

_CATALOG = "INFORMATION_SCHEMA"
_SOME_ROWS = read_sql("(SELECT * FROM UNNEST([1]))")


@dataclass(frozen=True, slots=True)
class TableReference:
    """A table as written; `project` and `dataset` are empty when they are not written.

    `columns` are the names, in lower case, of the columns that can be meant; None stands for all.
    """

    project: str
    dataset: str
    table: str
    columns: frozenset[str] | None


def table_references(sql: Sql, statement: ModelStatement | None) -> tuple[TableReference, ...]:
    """Returns the tables of `sql`, each once; nothing when the text cannot be parsed.

    Names of common table expressions are left out. `FROM t, t.items` yields a table `items` in a
    dataset `t`, which only the catalog can tell apart. `statement` is the model statement that
    `sql` is, or None.
    """
    if statement is not None:
        queries = _plain_queries(statement.query) if isinstance(statement, CreateModel) else ()
    else:
        queries = _plain_queries(sql)
    found: dict[tuple[str, str, str], TableReference] = {}
    for query in queries:
        for reference in _references(query):
            key = (reference.project, reference.dataset, reference.table)
            found[key] = _united(found[key], reference) if key in found else reference
    return tuple(found.values())


def model_references(sql: Sql) -> tuple[ModelPath, ...]:
    """Returns the models that the ML functions of a query use, in order, nested ones too."""
    paths: list[ModelPath] = []
    for use in find_functions(sql):
        paths.append(use.path)
        if use.query is not None:
            paths += model_references(use.query)
    return tuple(paths)


def _plain_queries(sql: Sql) -> Iterable[Sql]:
    """Yields SQL without models that reads the same tables."""
    uses = find_functions(sql)
    for use in uses:
        if use.query is not None:
            yield from _plain_queries(use.query)
    yield sql.edited((use.start, use.end, _SOME_ROWS) for use in uses)


def _references(sql: Sql) -> Iterable[TableReference]:
    try:
        trees = [tree for tree in sql.trees() if tree is not None]
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


def _united(first: TableReference, second: TableReference) -> TableReference:
    if first.columns is None or second.columns is None:
        return TableReference(first.project, first.dataset, first.table, None)
    columns = first.columns | second.columns
    return TableReference(first.project, first.dataset, first.table, columns)
