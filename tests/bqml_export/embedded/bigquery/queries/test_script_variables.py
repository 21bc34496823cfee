"""Scripts with variables and models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, GoogleAPICallError
from google.cloud.bigquery import QueryJobConfig, ScalarQueryParameter

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

IRIS = "`bigquery-public-data.ml_datasets.iris`"


def test_variables_reach_models_and_their_data(bigquery_client: Client, dataset: str) -> None:
    """DECLARE and SET before CREATE MODEL and ML.PREDICT, with a query parameter beside them."""
    sql = f"""
    DECLARE least FLOAT64 DEFAULT 5.5;
    DECLARE kept INT64;
    CREATE MODEL {dataset}.m OPTIONS(model_type='linear_reg', input_label_cols=['sepal_width']) AS
    SELECT sepal_width, sepal_length FROM {IRIS} WHERE sepal_length > least;
    SET least = least + @more;
    SET kept = (SELECT COUNT(*) FROM ML.PREDICT(MODEL {dataset}.m,
      (SELECT * FROM {IRIS} WHERE sepal_length > least)));
    SELECT least, kept, kept = (SELECT COUNT(*) FROM {IRIS} WHERE sepal_length > 6.5) AS same"""
    more = QueryJobConfig(query_parameters=[ScalarQueryParameter("more", "FLOAT64", 1.0)])
    job = bigquery_client.query(sql, job_config=more)
    (row,) = job.result()
    assert (row.least, row.same) == (6.5, True)
    assert (job.statement_type, job.num_child_jobs) == ("SCRIPT", 2)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("SET x = 1; {model}", "Undeclared variable: x"),
        ("DECLARE x INT64; DECLARE x INT64; {model}", "'x' redeclaration"),
        ("DECLARE x ARRAY<INT64> DEFAULT [1]; {model}", "type ARRAY"),
        ("IF TRUE THEN {model}; END IF", "IF together with models"),
    ],
)
def test_what_cannot_run_is_named(
    bigquery_client: Client, iris_model: str, script: str, words: str
) -> None:
    """Wrong and unsupported uses of variables and blocks."""
    sql = script.format(model=f"SELECT * FROM ML.WEIGHTS(MODEL {iris_model})")
    with pytest.raises((BadRequest, GoogleAPICallError), match=words):
        bigquery_client.query(sql, job_retry=None).result(job_retry=None)
