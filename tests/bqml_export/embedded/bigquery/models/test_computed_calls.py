"""ML functions through the real client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, NotFound
from google.cloud import bigquery

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

IRIS = "`bigquery-public-data.ml_datasets.iris`"


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT * FROM ML.PREDICT(MODEL {m}, TABLE {iris})", 150),
        ("SELECT * FROM ML.PREDICT(MODEL {m}, (SELECT * FROM {iris} LIMIT 3)) AS p", 3),
        (("SELECT p.label FROM ML.PREDICT(MODEL {m}, (SELECT * FROM {iris} LIMIT 2)), "
          "UNNEST(predicted_species_probs) AS p"), 6),
        (("WITH few AS (SELECT * FROM {iris} LIMIT 4), two AS (SELECT * FROM few LIMIT 2) "
          "SELECT * FROM ML.PREDICT(MODEL {m}, TABLE two)"), 2),
        (("WITH p AS (SELECT * FROM ML.PREDICT(MODEL {m}, TABLE {iris})) "
          "SELECT predicted_species FROM p GROUP BY 1"), 3),
        (("SELECT * FROM (WITH a AS (SELECT * FROM {iris} LIMIT 5) "
          "SELECT * FROM ML.PREDICT(MODEL {m}, (SELECT * FROM a)))"), 5),
        (("SELECT * FROM ML.PREDICT(MODEL {m}, (SELECT * EXCEPT(predicted_species, "
          "predicted_species_probs) FROM ML.PREDICT(MODEL {m}, TABLE {iris})))"), 150),
        (("SELECT a.predicted_species FROM ML.PREDICT(MODEL {m}, TABLE {iris}) a "
          "JOIN ML.WEIGHTS(MODEL {m}) w ON w.class_label = a.predicted_species "
          "WHERE w.processed_input = '__INTERCEPT__'"), 150),
        (("SELECT (SELECT prob FROM UNNEST(predicted_species_probs) WHERE label = 'setosa') AS p "
          "FROM ML.PREDICT(MODEL {m}, TABLE {iris})"), 150),
        (("SELECT feature, SUM(attribution) FROM ML.EXPLAIN_PREDICT(MODEL {m}, TABLE {iris}), "
          "UNNEST(top_feature_attributions) GROUP BY feature ORDER BY feature"), 4),
        ("SELECT * FROM ML.EVALUATE(MODEL {m})", 1),
        ("SELECT * FROM ML.EVALUATE(MODEL {m}, (SELECT * FROM {iris}))", 1),
        ("SELECT * FROM ML.WEIGHTS(MODEL {m}, STRUCT(TRUE AS standardize))", 15),
        ("SELECT * FROM ML.FEATURE_INFO(MODEL `{m}`)", 4),
        ("SELECT * FROM ML.TRAINING_INFO(MODEL {m}) ORDER BY iteration", 3),
        ("SELECT * FROM ML.CONFUSION_MATRIX(MODEL {m}, TABLE {iris})", 3),
        ("SELECT * FROM ML.CONFUSION_MATRIX(MODEL {m})", 3),
        (("SELECT a.feature FROM ML.EXPLAIN_PREDICT(MODEL {m}, (SELECT * FROM {iris} LIMIT 2), "
          "STRUCT(3 AS top_k_features)), UNNEST(top_feature_attributions) a"), 6),
    ],
)  # fmt: skip
def test_a_function_may_stand_anywhere_in_a_query(
    bigquery_client: Client, iris_model: str, sql: str, rows: int
) -> None:
    """Calls work nested, aliased, joined, in CTEs and over CTEs."""
    result = bigquery_client.query_and_wait(sql.format(m=iris_model, iris=IRIS))
    assert len(list(result)) == rows


@pytest.mark.parametrize(
    ("sql", "error", "text"),
    [
        ("SELECT * FROM ML.PREDICT(MODEL {m}_none, TABLE {iris})", NotFound, "Model"),
        ("SELECT * FROM ML.PREDICT(MODEL {m})", BadRequest, "needs a table"),
        ("SELECT * FROM ML.PREDICT(MODEL {m}, (SELECT 1 AS x))", BadRequest, "sepal_length"),
        ("SELECT * FROM ML.PREDICT(MODEL {m}, TABLE nowhere.t)", NotFound, "nowhere"),
        ("SELECT * FROM ML.WEIGHTS(MODEL {m}, STRUCT(3 AS depth))", BadRequest, "depth"),
        ("SELECT * FROM ML.WEIGHTS(MODEL {m}, STRUCT(3 AS standardize))", BadRequest, "BOOL"),
        ("SELECT * FROM ML.CENTROIDS(MODEL {m})", BadRequest, "ML.CENTROIDS is not supported"),
        ("SELECT * FROM ML.ADVANCED_WEIGHTS(MODEL {m})", BadRequest, "CALCULATE_P_VALUES"),
        ("SELECT * FROM ML.GLOBAL_EXPLAIN(MODEL {m})", BadRequest, "ENABLE_GLOBAL_EXPLAIN"),
        ("SELECT * FROM ML.FEATURE_INFO(MODEL {m}, TABLE {iris})", BadRequest, "no table"),
        (
            "SELECT * FROM ML.EXPLAIN_PREDICT(MODEL {m},TABLE {iris},STRUCT(.5 AS top_k_features))",
            BadRequest,
            "top_k_features must be an INT64",
        ),
        ("SELECT * FROM ML.WEIGHTS(MODEL {m}, TABLE {iris})", BadRequest, "takes no table"),
        ("SELECT * FROM ML.PREDICT(MODEL {m}, TABLE {iris}", BadRequest, "Syntax error"),
    ],
)
def test_a_wrong_call_gets_bigquerys_error(
    bigquery_client: Client, iris_model: str, sql: str, error: type[Exception], text: str
) -> None:
    """A missing model is 404 and everything else 400, never an error that clients repeat."""
    with pytest.raises(error, match=text):
        bigquery_client.query_and_wait(sql.format(m=iris_model, iris=IRIS))


@pytest.mark.parametrize("positional", [False, True])
def test_parameters_reach_the_data_and_the_outer_query(
    bigquery_client: Client, iris_model: str, positional: bool
) -> None:
    """Named and positional parameters work inside and outside of a call."""
    least, count = ("?", "?") if positional else ("@least", "@count")
    names = (None, None) if positional else ("least", "count")
    values = [("FLOAT64", 6.0), ("INT64", 1)]
    parameters = [
        bigquery.ScalarQueryParameter(name, kind, value)
        for name, (kind, value) in zip(names, values, strict=True)
    ]
    sql = (
        f"SELECT MIN(petal_length) AS low FROM ML.PREDICT(MODEL {iris_model}, (SELECT * FROM {IRIS}"
        f" WHERE petal_length >= {least})) WHERE 1 = {count}"
    )
    config = bigquery.QueryJobConfig(query_parameters=parameters)
    assert [row.low for row in bigquery_client.query_and_wait(sql, job_config=config)] == [6.0]


def test_predictions_fill_a_table(bigquery_client: Client, iris_model: str, dataset: str) -> None:
    """CREATE TABLE AS SELECT from ML.PREDICT keeps the rows after the call's scratch is gone."""
    bigquery_client.query_and_wait(
        f"CREATE TABLE {dataset}.p AS SELECT * FROM ML.PREDICT(MODEL {iris_model}, TABLE {IRIS})"
    )
    assert bigquery_client.get_table(f"{dataset}.p").num_rows == 150


def test_a_default_dataset_names_the_model(bigquery_client: Client, iris_model: str) -> None:
    """An unqualified model is looked up in the job's default dataset."""
    dataset, _, model = iris_model.partition(".")
    config = bigquery.QueryJobConfig(default_dataset=f"{bigquery_client.project}.{dataset}")
    sql = f"SELECT * FROM ML.FEATURE_INFO(MODEL {model})"
    assert len(list(bigquery_client.query(sql, job_config=config).result())) == 4


def test_a_dry_run_tells_the_schema_and_runs_nothing(bigquery_client: Client, dataset: str) -> None:
    """A dry run of CREATE MODEL checks the statement and makes no model."""
    config = bigquery.QueryJobConfig(dry_run=True)
    sql = (
        f"CREATE MODEL {dataset}.dry OPTIONS(model_type='linear_reg', input_label_cols=['x']) "
        "AS SELECT 1 AS x, 2 AS y"
    )
    job = bigquery_client.query(sql, job_config=config)
    assert (job.statement_type, job.total_bytes_processed, job.state) == ("CREATE_MODEL", 0, "DONE")
    assert [model.model_id for model in bigquery_client.list_models(dataset)] == []
