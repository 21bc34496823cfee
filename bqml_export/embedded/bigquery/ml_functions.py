"""ML.PREDICT and its siblings inside a query.

Each call is computed first and its rows are put into a scratch table of the backend; the call in
the text is replaced by that table's name. So calls work nested, joined, aliased and in CTEs.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bqml_export.embedded.bigquery.model_store import resolve
from bqml_export.embedded.bigquery.rows import ResultSet, engine_table, exact_rows
from bqml_export.embedded.bigquery.scratch import Scratch
from bqml_export.embedded.sql.ctes import with_prefix
from bqml_export.embedded.sql.functions import FunctionUse, find_functions
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bqml_export.embedded.bigquery.backend_client import QueryScope
    from bqml_export.embedded.bigquery.context import Services
    from bqml_export.embedded.ml.model import GLMModel
    from bqml_export.embedded.ml.options import OptionValue
    from bqml_export.embedded.ml.table import Table


@contextmanager
def computed(services: Services, scope: QueryScope, sql: str) -> Iterator[str]:
    """Yields `sql` with every ML call computed; the scratch tables live as long as the block.

    Raises:
        QueryError: A model is missing, or a call is wrong or not supported.
    """
    scratch = Scratch(services.backend)
    try:
        yield _replace_calls(services, scratch, scope, sql)
    finally:
        scratch.clear()


def read_data(services: Services, scope: QueryScope, sql: str) -> ResultSet:
    """Returns the rows of a query that may itself use ML functions."""
    with computed(services, scope, sql) as text:
        return services.backend.rows(scope, text)


def _replace_calls(services: Services, scratch: Scratch, scope: QueryScope, sql: str) -> str:
    pieces, position = [], 0
    for use in find_functions(sql):
        rows = _compute(services, scope, sql, use)
        pieces += [sql[position : use.start], scratch.add(rows)]
        position = use.end
    return "".join([*pieces, sql[position:]])


def _compute(services: Services, scope: QueryScope, sql: str, use: FunctionUse) -> ResultSet:
    model = services.models.get(resolve(use.path, scope.project, scope.default_dataset)).model
    source: ResultSet | None = None
    if use.query is not None:
        source = read_data(services, scope, with_prefix(sql, use.start) + use.query)
    call = _FUNCTIONS.get(use.function)
    if call is None:
        raise NotSupportedError(
            f"{use.function} is not supported by the embedded BigQuery ML; "
            f"supported are {', '.join(sorted(_FUNCTIONS))}"
        )
    settings = _Settings(use.function, use.settings)
    table = call(model, None if source is None else engine_table(source), settings)
    settings.check_all_read()
    return exact_rows(table, source)


class _Settings:
    """The STRUCT argument of a call; a setting that nobody reads is refused by name."""

    def __init__(self, function: str, values: Mapping[str, OptionValue]) -> None:
        self._function = function
        self._values = dict(values)

    def threshold(self) -> float | None:
        """Returns the classification threshold, or None."""
        value = self._values.pop("threshold", None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise InvalidQueryError(f"{self._function}: threshold must be a FLOAT64 in [0, 1]")
        return float(value)

    def flag(self, name: str) -> bool:
        """Returns a BOOL setting, false by default."""
        value = self._values.pop(name, False)
        if not isinstance(value, bool):
            raise InvalidQueryError(f"{self._function}: {name} must be a BOOL")
        return value

    def check_all_read(self) -> None:
        """Refuses what is left."""
        if self._values:
            raise NotSupportedError(
                f"{self._function}: setting {', '.join(self._values)} is not supported by the "
                "embedded BigQuery ML for this model type"
            )


def _need(function: str, table: Table | None) -> Table:
    if table is None:
        raise InvalidQueryError(f"{function} needs a table or a query as its second argument")
    return table


def _refuse_data(function: str, table: Table | None) -> None:
    if table is not None:
        raise InvalidQueryError(f"{function} takes no table or query")


def _predict(model: GLMModel, table: Table | None, settings: _Settings) -> Table:
    return model.predict(_need("ML.PREDICT", table), threshold=settings.threshold())


def _evaluate(model: GLMModel, table: Table | None, settings: _Settings) -> Table:
    return model.evaluate(table, threshold=settings.threshold())


def _weights(model: GLMModel, table: Table | None, settings: _Settings) -> Table:
    _refuse_data("ML.WEIGHTS", table)
    return model.weights(standardize=settings.flag("standardize"))


def _feature_info(model: GLMModel, table: Table | None, _settings: _Settings) -> Table:
    _refuse_data("ML.FEATURE_INFO", table)
    return model.feature_info()


def _training_info(model: GLMModel, table: Table | None, _settings: _Settings) -> Table:
    _refuse_data("ML.TRAINING_INFO", table)
    return model.training_info()


def _confusion_matrix(model: GLMModel, table: Table | None, settings: _Settings) -> Table:
    data = _need("ML.CONFUSION_MATRIX", table)
    return model.confusion_matrix(data, threshold=settings.threshold())


def _roc_curve(model: GLMModel, table: Table | None, _settings: _Settings) -> Table:
    return model.roc_curve(_need("ML.ROC_CURVE", table))


_FUNCTIONS: Mapping[str, Callable[[GLMModel, Table | None, _Settings], Table]] = {
    "ML.PREDICT": _predict,
    "ML.EVALUATE": _evaluate,
    "ML.WEIGHTS": _weights,
    "ML.FEATURE_INFO": _feature_info,
    "ML.TRAINING_INFO": _training_info,
    "ML.CONFUSION_MATRIX": _confusion_matrix,
    "ML.ROC_CURVE": _roc_curve,
}
