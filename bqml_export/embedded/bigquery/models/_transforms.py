"""The TRANSFORM clause: its statistics are computed once, then every input goes through its SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bqml_export.embedded.bigquery.backend.client import QueryScope
from bqml_export.embedded.bigquery.backend.scratch import Scratch
from bqml_export.embedded.bigquery.protocol.result_set import ResultSet, engine_table
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.functions.encoders import Encoder
from bqml_export.embedded.functions.preprocessing import preprocessing
from bqml_export.embedded.ml.data.table import Field, Table, Value
from bqml_export.embedded.ml.model.transform import Transform, TransformColumn
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.preprocessing_calls import PreprocessingCall, replace_calls
from bqml_export.sql.tokens import Sql, quoted_name, read_sql
from bqml_export.sql.transform_clause import SelectItem, referenced

_ROW = "_bqml_row"


def check_functions(items: Sequence[SelectItem]) -> None:
    """Refuses the first function of the clause that is wrong or not supported."""
    for item in items:
        replace_calls(item.sql, _checked)


def _checked(call: PreprocessingCall) -> str:
    made = preprocessing(call)
    return made if isinstance(made, str) else made.value


def fit_transform(
    services: Services, scope: QueryScope, items: Sequence[SelectItem], rows: ResultSet
) -> tuple[Transform, ResultSet]:
    """Returns the clause with the statistics of `rows`, and the rows that went through it."""
    with _numbered(services, rows) as table:

        def freeze(call: PreprocessingCall) -> str:
            return _frozen(services, scope, call, table)

        written = _written_out(items, rows.fields)
        named = [(item.name or "", replace_calls(item.sql, freeze).text) for item in written]
        made = _select(services, scope, named, table)
    fields = {field.name: field for field in made.fields}
    columns = tuple(
        TransformColumn(fields[name], item.sql.text, frozen)
        for item, (name, frozen) in zip(written, named, strict=True)
    )
    return Transform(_inputs([item.sql for item in written], rows.fields), columns), made


def apply_transform(
    services: Services, scope: QueryScope, transform: Transform, rows: ResultSet, without: str
) -> Table:
    """Returns rows that went through the clause, in order, without the column `without`."""
    wanted = [c for c in transform.columns if c.field.name.lower() != without.lower()]
    given = {field.name.lower() for field in rows.fields}
    for field in _inputs([read_sql(column.sql) for column in wanted], transform.inputs):
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
    made = preprocessing(call)
    if isinstance(made, str):
        return made
    values = _values(services, scope, made.value, table)
    if isinstance(made, Encoder):
        return made.freeze(values)
    return made.formula(made.freeze(values))


@contextmanager
def _numbered(services: Services, rows: ResultSet) -> Iterator[str]:
    scratch = Scratch(services.backend)
    fields = (*rows.fields, Field(_ROW, "INT64"))
    columns = {**rows.columns, _ROW: range(rows.num_rows)}
    try:
        yield scratch.add(ResultSet(fields, columns, rows.num_rows)).text
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
        result += [SelectItem(Sql((quoted_name(name),)), name) for name in kept]
    names = [(item.name or "").lower() for item in result]
    for name in names:
        if names.count(name) > 1:
            raise InvalidQueryError(f"Duplicate column name {name} in the TRANSFORM clause")
    return result


def _inputs(expressions: Sequence[Sql], fields: Sequence[Field]) -> tuple[Field, ...]:
    names = [field.name for field in fields]
    used = {name for sql in expressions for name in referenced(sql, names)}
    return tuple(field for field in fields if field.name in used)
