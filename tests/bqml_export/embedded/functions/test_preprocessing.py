"""Preprocessing functions in queries."""

from __future__ import annotations

import pytest

from bqml_export.embedded.functions.preprocessing import expand
from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.tokens import read_sql


@pytest.mark.parametrize(
    ("sql", "error", "named"),
    [
        ("ML.SIGMOID(1)", NotSupportedError, "ML.SIGMOID is not supported.*ML.BUCKETIZE"),
        ("ML.BUCKETIZE(1, [2]) OVER()", InvalidQueryError, "ML.BUCKETIZE takes no OVER"),
        ("ML.STANDARD_SCALER(x)", InvalidQueryError, "STANDARD_SCALER takes an OVER"),
        ("ML.STANDARD_SCALER(x) OVER(ORDER BY y)", InvalidQueryError, "empty OVER"),
        ("ML.LABEL_ENCODER(x) OVER()", NotSupportedError, "outside a TRANSFORM"),
        ("ML.IMPUTER(x, 'most_frequent') OVER()", NotSupportedError, "outside a TRANSFORM"),
        ("ML.QUANTILE_BUCKETIZE(x, 3, 'bucket_ranges') OVER()", NotSupportedError, "outside"),
    ],
)
def test_call_that_cannot_be_written_in_sql_is_refused_by_name(
    sql: str, error: type[Exception], named: str
) -> None:
    """The message names the function."""
    with pytest.raises(error, match=named):
        expand(read_sql(f"SELECT {sql} FROM t"))
