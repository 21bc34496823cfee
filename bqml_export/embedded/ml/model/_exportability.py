"""Which models are exported; known without TensorFlow, which takes seconds to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from bqml_export.embedded.ml.model.glm_model import GLMModel


def check_exportable(model: GLMModel, name: str) -> None:
    """Checks that BigQuery, and the embedded engine, would export `model`, called `name`.

    Raises:
        InvalidQueryError: BigQuery would not.
        NotSupportedError: The embedded engine would not.
    """
    if model.transform is not None:
        raise NotSupportedError(
            f"{f'Model {name}'.strip()}: the embedded BigQuery ML does not export models with a "
            "TRANSFORM clause; move its expressions into the SELECT of the training query"
        )
    if model.not_exportable is not None:
        raise InvalidQueryError(
            f"{f'Model {name}'.strip()} is not exportable from BigQueryML: {model.not_exportable}; "
            "use scalar columns, such as EXTRACT(HOUR FROM t) or CAST(t AS DATE), instead"
        )
