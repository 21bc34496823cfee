"""The values of a script's variables, as parameters of the queries that use them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bqml_export.embedded.bigquery.backend.client import QueryScope
from bqml_export.embedded.bigquery.models.computed_calls import computed
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.parameters import Parameter
from bqml_export.sql.statement import Statement
from bqml_export.sql.tokens import Sql
from bqml_export.sql.variables import Assignment, parameter_name, use_parameters

_TYPES = frozenset(
    {"STRING", "INT64", "FLOAT64", "BOOL", "NUMERIC", "DATE", "DATETIME", "TIME", "TIMESTAMP"}
)


@dataclass(slots=True)
class ScriptVariables:
    """The variables of one running script by name, in lower case."""

    scope: QueryScope
    """Where the script runs, without its variables."""
    _values: dict[str, Parameter] = field(default_factory=dict)

    def current_scope(self) -> QueryScope:
        return replace(self.scope, parameters=(*self.scope.parameters, *self._values.values()))

    def in_statement(self, statement: Statement) -> Statement:
        if not self._values:
            return statement
        return Statement(use_parameters(statement.sql, self._values))

    def assign(self, services: Services, assignment: Assignment) -> None:
        for name in assignment.names:
            known = self._values.get(name)
            if known is None and not assignment.declares:
                raise InvalidQueryError(f"Undeclared variable: {name}")
            if known is not None and assignment.declares:
                raise InvalidQueryError(f"Variable '{name}' redeclaration is not allowed")
        first = assignment.names[0]
        type_name = assignment.type_name
        if not assignment.declares:
            type_name = str(self._values[first]["parameterType"]["type"])
        kind, text = self._evaluate(services, assignment.expression, type_name)
        for name in assignment.names:
            self._values[name] = {
                "name": parameter_name(name),
                "parameterType": {"type": kind},
                "parameterValue": {"value": text},
            }

    def _evaluate(
        self, services: Services, expression: Sql, type_name: str
    ) -> tuple[str, str | None]:
        scope = self.current_scope()
        with computed(services, scope, use_parameters(expression, self._values)) as value:
            typed = f"CAST(({value.text}) AS {type_name})" if type_name else f"({value.text})"
            sql = f"SELECT value, CAST(value AS STRING) AS text FROM (SELECT {typed} AS value)"  # noqa: S608 - the user's own SQL
            rows = services.backend.rows(scope, sql)
        kind = rows.fields[0]
        if kind.mode == "REPEATED" or kind.type not in _TYPES:
            raise NotSupportedError(
                f"Variables of type {'ARRAY' if kind.mode == 'REPEATED' else kind.type} together "
                "with models in one request are not supported by the embedded BigQuery ML"
            )
        text = rows.columns["text"][0]
        return kind.type, None if text is None else str(text)
