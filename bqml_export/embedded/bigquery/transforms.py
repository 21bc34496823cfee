"""The TRANSFORM clause: its statistics are computed once, then every input goes through its SQL."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bqml_export.embedded.bigquery.rows import ResultSet, engine_table
from bqml_export.embedded.bigquery.scratch import Scratch
from bqml_export.embedded.ml.table import Field
from bqml_export.embedded.ml.transform import Transform, TransformColumn
from bqml_export.embedded.sql.encoders import ENCODERS
from bqml_export.embedded.sql.preprocessing import PreprocessingCall, rewrite
from bqml_export.embedded.sql.scalar_macros import SCALAR_MACROS
from bqml_export.embedded.sql.scalers import SCALERS
from bqml_export.embedded.sql.transform_clause import SelectItem, referenced
from bqml_export.errors import InvalidQueryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bqml_export.embedded.bigquery.backend_client import QueryScope
    from bqml_export.embedded.bigquery.context import Services
    from bqml_export.embedded.ml.table import Table, Value

_ROW = "_bqml_row"


def check_functions(items: Sequence[SelectItem]) -> None:
    """Raises QueryError for the first function of the clause that is wrong or not supported."""
    for item in items:
        rewrite(item.sql, _checked)


def _checked(call: PreprocessingCall) -> str:
    if call.name in SCALAR_MACROS:
        return SCALAR_MACROS[call.name](call.arguments)
    kind = ENCODERS.get(call.name) or SCALERS[call.name]
    return kind(call.arguments).value


def fit_transform(
    services: Services, scope: QueryScope, items: Sequence[SelectItem], rows: ResultSet
) -> tuple[Transform, ResultSet]:
    """Returns the clause with the statistics of `rows`, and the rows that went through it.

    Raises:
        QueryError: An expression is wrong, or a function is not supported.
    """
    with _numbered(services, rows) as table:

        def freeze(call: PreprocessingCall) -> str:
            return _frozen(services, scope, call, table)

        named = [
            (item.name or "", item.sql, rewrite(item.sql, freeze))
            for item in _written_out(items, rows.fields)
        ]
        made = _select(services, scope, [(name, frozen) for name, _, frozen in named], table)
    fields = {field.name: field for field in made.fields}
    columns = tuple(TransformColumn(fields[name], sql, frozen) for name, sql, frozen in named)
    return Transform(_inputs(columns, rows.fields), columns), made


def apply_transform(
    services: Services, scope: QueryScope, transform: Transform, rows: ResultSet, without: str
) -> Table:
    """Returns rows that went through the clause, in their order.

    Args:
        services: The backend.
        scope: Whose query it is.
        transform: The clause.
        rows: The rows as the user gave them.
        without: The column of the select list to leave out, or "".

    Raises:
        InvalidQueryError: A column that the clause reads is missing.
    """
    wanted = [c for c in transform.columns if c.field.name.lower() != without.lower()]
    given = {field.name.lower() for field in rows.fields}
    for field in _inputs(wanted, transform.inputs):
        if field.name.lower() not in given:
            raise InvalidQueryError(
                f"Column {field.name}, an input of the TRANSFORM clause, is missing from the "
                "input data."
            )
    with _numbered(services, rows) as table:
        named = [(column.field.name, column.frozen) for column in wanted]
        return engine_table(_select(services, scope, named, table))


def _frozen(services: Services, scope: QueryScope, call: PreprocessingCall, table: str) -> str:
    """Returns a call as plain SQL, with the statistics of the rows of `table`."""
    if call.name in SCALAR_MACROS:
        return SCALAR_MACROS[call.name](call.arguments)
    if call.name in ENCODERS:
        encoder = ENCODERS[call.name](call.arguments)
        return encoder.freeze(_values(services, scope, encoder.value, table))
    scaler = SCALERS[call.name](call.arguments)
    return scaler.formula(scaler.freeze(_values(services, scope, scaler.value, table)))


@contextmanager
def _numbered(services: Services, rows: ResultSet) -> Iterator[str]:
    """Yields the name of a scratch table of the rows and their numbers."""
    scratch = Scratch(services.backend)
    fields = (*rows.fields, Field(_ROW, "INT64"))
    columns = {**rows.columns, _ROW: range(rows.num_rows)}
    try:
        yield scratch.add(ResultSet(fields, columns, rows.num_rows))
    finally:
        scratch.clear()


def _select(
    services: Services, scope: QueryScope, columns: Sequence[tuple[str, str]], table: str
) -> ResultSet:
    listed = ", ".join(f"{sql} AS `{name}`" for name, sql in columns)
    query = f"SELECT {listed} FROM {table} ORDER BY {_ROW}"  # noqa: S608 - the user's own SQL
    return services.backend.rows(scope, query)


def _values(services: Services, scope: QueryScope, expression: str, table: str) -> Sequence[Value]:
    query = f"SELECT {expression} AS v FROM {table}"  # noqa: S608 - the user's own SQL
    return engine_table(services.backend.rows(scope, query)).columns["v"]


def _written_out(items: Sequence[SelectItem], fields: Sequence[Field]) -> list[SelectItem]:
    """Returns the items with `*` replaced by the columns it stands for."""
    result: list[SelectItem] = []
    for item in items:
        if item.name is not None:
            result.append(item)
            continue
        kept = [field.name for field in fields if field.name.lower() not in item.excluded]
        result += [SelectItem(f"`{name}`", name) for name in kept]
    names = [(item.name or "").lower() for item in result]
    for name in names:
        if names.count(name) > 1:
            raise InvalidQueryError(f"Duplicate column name {name} in the TRANSFORM clause")
    return result


def _inputs(columns: Sequence[TransformColumn], fields: Sequence[Field]) -> tuple[Field, ...]:
    names = [field.name for field in fields]
    used = {name for column in columns for name in referenced(column.sql, names)}
    return tuple(field for field in fields if field.name in used)
