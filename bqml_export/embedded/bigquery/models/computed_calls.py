"""ML.PREDICT and its siblings, and preprocessing functions, inside a query.

Each call is computed first and its rows are put into a scratch table of the backend; the call in
the text is replaced by that table's name. So calls work nested, joined, aliased and in CTEs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bqml_export.embedded.bigquery.backend.client import QueryScope
from bqml_export.embedded.bigquery.backend.scratch import Scratch
from bqml_export.embedded.bigquery.models._transforms import apply_transform
from bqml_export.embedded.bigquery.protocol.result_set import ResultSet, engine_table, exact_rows
from bqml_export.embedded.bigquery.stores.models import resolve
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.functions.model_functions import Call, find_function, needs_label
from bqml_export.embedded.functions.preprocessing import expand
from bqml_export.sql.ctes import with_visible_ctes
from bqml_export.sql.model_functions import FunctionUse, find_functions
from bqml_export.sql.tokens import Sql
from bqml_export.sql.unnested_structs import name_fields


@contextmanager
def computed(services: Services, scope: QueryScope, sql: Sql) -> Iterator[Sql]:
    """Yields `sql` with every ML call computed; the scratch tables live as long as the block."""
    scratch = Scratch(services.backend)
    try:
        yield _replace_calls(services, scratch, scope, sql)
    finally:
        scratch.clear()


def read_data(services: Services, scope: QueryScope, sql: Sql) -> ResultSet:
    """Returns the rows of a query that may itself use ML functions."""
    with computed(services, scope, sql) as text:
        return services.backend.rows(scope, text.text)


def _replace_calls(services: Services, scratch: Scratch, scope: QueryScope, sql: Sql) -> Sql:
    tables = sql.edited(
        (use.start, use.end, (scratch.add(_compute(services, scope, sql, use)),))
        for use in find_functions(sql)
    )
    return name_fields(expand(tables))


def _compute(services: Services, scope: QueryScope, sql: Sql, use: FunctionUse) -> ResultSet:
    find_function(use.function)
    model = services.models.get(resolve(use.path, scope.project, scope.default_dataset)).model
    call = Call(use.function, model, dict(use.settings), thresholds=use.thresholds)
    if use.query is None:
        return exact_rows(call.run())
    source = read_data(services, scope, with_visible_ctes(use.query, sql, use.start))
    call.table = call.given = engine_table(source)
    if model.transform is not None:
        without = "" if needs_label(use.function) else model.label.name
        call.table = apply_transform(services, scope, model.transform, source, without)
    return exact_rows(call.run(), source)
