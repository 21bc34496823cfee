"""Every BigQuery type on its way through training, prediction and back, with the real client."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

ROWS = """
SELECT MOD(n, 2) AS y, n AS i, n / 3 AS f, CAST(n AS NUMERIC) / 8 AS num, MOD(n, 3) = 0 AS b,
  CONCAT('s', CAST(MOD(n, 3) AS STRING)) AS s, CAST(CONCAT('b', CAST(MOD(n, 2) AS STRING)) AS BYTES)
  AS by, DATE_ADD(DATE '2020-09-27', INTERVAL MOD(n, 2) DAY) AS d,
  DATETIME '2017-02-28 12:30:30.450' AS dtm, TIME '06:30:20' AS t,
  STRUCT(n AS a, 'k' AS k) AS st, IF(n = 1, NULL, 1.5) AS missing
FROM UNNEST(GENERATE_ARRAY(1, 20)) AS n
"""


@pytest.fixture(scope="module")
def typed_model(bigquery_client: Client, shared_dataset: str) -> str:
    """A binary classifier with one feature of every type that can be exported."""
    name = f"{shared_dataset}.typed"
    bigquery_client.query_and_wait(
        f"CREATE MODEL {name} OPTIONS(model_type='logistic_reg', input_label_cols=['y'], "
        f"max_iterations=2) AS {ROWS}"
    )
    return name


def test_features_keep_their_sql_types(bigquery_client: Client, typed_model: str) -> None:
    """models.get names the SQL type of every feature, the only place where it survives."""
    model = bigquery_client.get_model(typed_model)
    types = {f.name: f.type.type_kind for f in model.feature_columns}
    assert types == {
        "i": "INT64", "f": "FLOAT64", "num": "NUMERIC", "b": "BOOL", "s": "STRING", "by": "BYTES",
        "d": "DATE", "dtm": "DATETIME", "t": "TIME", "st": "STRUCT", "missing": "FLOAT64",
    }  # fmt: skip


def test_categories_have_the_exports_text_form(bigquery_client: Client, typed_model: str) -> None:
    """ML.WEIGHTS lists dates and times as the vocabulary files of an export write them."""
    rows = bigquery_client.query_and_wait(
        "SELECT processed_input AS name, c.category FROM "
        f"ML.WEIGHTS(MODEL {typed_model}), UNNEST(category_weights) AS c"
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.name, set()).add(row.category)
    assert found["d"] >= {"2020-09-27", "2020-09-28"}
    assert found["dtm"] >= {"2017-02-28 12:30:30.450"}
    assert found["t"] >= {"06:30:20"}
    assert found["b"] >= {"true", "false"}


def test_predictions_hand_the_input_columns_back_unchanged(
    bigquery_client: Client, typed_model: str
) -> None:
    """ML.PREDICT loses nothing of its input: types and values come out as they went in."""
    rows = bigquery_client.query_and_wait(
        f"SELECT * FROM ML.PREDICT(MODEL {typed_model}, ({ROWS})) WHERE i = 1"
    )
    row = dict(next(iter(rows)))
    assert (row["num"], row["b"], row["by"]) == (Decimal("0.125"), False, b"b1")
    assert row["d"] == dt.date(2020, 9, 28)
    assert row["dtm"] == dt.datetime(2017, 2, 28, 12, 30, 30, 450_000)  # noqa: DTZ001
    assert row["t"] == dt.time(6, 30, 20)
    assert (row["st"], row["missing"]) == ({"a": 1, "k": "k"}, None)
    assert row["predicted_y"] in (0, 1)
    assert sum(p["prob"] for p in row["predicted_y_probs"]) == pytest.approx(1)


def test_values_that_no_feature_uses_pass_through(bigquery_client: Client, iris_model: str) -> None:
    """TIMESTAMP, arrays, NaN and infinity go through ML.PREDICT beside the features."""
    rows = bigquery_client.query_and_wait(
        f"SELECT * FROM ML.PREDICT(MODEL {iris_model}, (SELECT *, "
        "TIMESTAMP '2017-02-28 20:30:30.123456+00' AS ts, [1, 2] AS arr, "
        "CAST('nan' AS FLOAT64) AS nan, CAST('-inf' AS FLOAT64) AS low "
        "FROM `bigquery-public-data.ml_datasets.iris` LIMIT 1))"
    )
    row = next(iter(rows))
    assert row.ts == dt.datetime(2017, 2, 28, 20, 30, 30, 123_456, tzinfo=dt.UTC)
    assert (row.arr, row.low) == ([1, 2], -math.inf)
    assert math.isnan(row.nan)
