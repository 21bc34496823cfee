"""The preprocessing functions of BigQuery ML by name, and queries that use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bqml_export.embedded.functions._scalar import SCALAR_FUNCTIONS
from bqml_export.embedded.functions._scalers import SCALERS, Scaler
from bqml_export.embedded.functions.encoders import ENCODERS, Encoder
from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.arguments import Arguments
from bqml_export.sql.preprocessing_calls import PreprocessingCall, replace_calls
from bqml_export.sql.tokens import Sql

_FUNCTIONS: Mapping[str, Callable[[Arguments], str | Scaler | Encoder]] = {
    **ENCODERS,
    **SCALAR_FUNCTIONS,
    **SCALERS,
}


def preprocessing(call: PreprocessingCall) -> str | Scaler | Encoder:
    """Returns a call of a function of one row as plain SQL, another one as its object."""
    if call.name not in _FUNCTIONS:
        raise NotSupportedError(
            f"ML.{call.name} is not supported by the embedded BigQuery ML; "
            f"supported are {', '.join(f'ML.{name}' for name in sorted(_FUNCTIONS))}"
        )
    if call.analytic == (call.name in SCALAR_FUNCTIONS):
        wanted = "no OVER clause" if call.analytic else "an OVER() clause"
        raise InvalidQueryError(f"ML.{call.name} takes {wanted}")
    return _FUNCTIONS[call.name](call.arguments)


def expand(sql: Sql) -> Sql:
    """Returns a query with all calls in plain SQL; analytic ones look at the query's rows."""
    return replace_calls(sql, _plain)


def _plain(call: PreprocessingCall) -> str:
    made = preprocessing(call)
    if isinstance(made, str):
        return made
    if not isinstance(made, Encoder):
        return made.formula(made.window())
    raise NotSupportedError(
        f"ML.{call.name} outside a TRANSFORM clause is not supported by the embedded BigQuery ML"
    )
