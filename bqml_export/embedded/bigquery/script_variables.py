"""The values of a script's variables, as parameters of the queries that use them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bqml_export.embedded.bigquery.ml_functions import read_data
from bqml_export.embedded.sql.variables import Assignment, parameter_name, use_parameters
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from bqml_export.embedded.bigquery.backend_client import QueryScope
    from bqml_export.embedded.bigquery.context import Services
    from bqml_export.embedded.sql.parameters import Parameter

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
        """Returns the scope with the values that the variables have now."""
        return replace(self.scope, parameters=(*self.scope.parameters, *self._values.values()))

    def in_text(self, sql: str) -> str:
        """Returns a statement with the variables as parameters."""
        return use_parameters(sql, self._values) if self._values else sql

    def assign(self, services: Services, assignment: Assignment) -> None:
        """Runs a DECLARE or SET.

        Raises:
            QueryError: The expression fails, or has a type that a variable cannot have here.
        """
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
        self, services: Services, expression: str, type_name: str
    ) -> tuple[str, str | None]:
        value = self.in_text(expression)
        typed = f"CAST(({value}) AS {type_name})" if type_name else f"({value})"
        sql = f"SELECT value, CAST(value AS STRING) AS text FROM (SELECT {typed} AS value)"  # noqa: S608 - the user's own SQL
        rows = read_data(services, self.current_scope(), sql)
        kind = rows.fields[0]
        if kind.mode == "REPEATED" or kind.type not in _TYPES:
            raise NotSupportedError(
                f"Variables of type {'ARRAY' if kind.mode == 'REPEATED' else kind.type} together "
                "with models in one request are not supported by the embedded BigQuery ML"
            )
        text = rows.columns["text"][0]
        return kind.type, None if text is None else str(text)
