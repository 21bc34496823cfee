"""The model statements through the real client: CREATE, DROP, ALTER and EXPORT MODEL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound

if TYPE_CHECKING:
    from google.cloud import bigquery, storage

IRIS = "`bigquery-public-data.ml_datasets.iris`"
TRAIN = f"OPTIONS(model_type='logistic_reg', input_label_cols=['species']) AS SELECT * FROM {IRIS}"


def test_a_model_is_trained_and_described(bigquery_client: bigquery.Client, dataset: str) -> None:
    """CREATE MODEL keeps a model whose resource names features, label and training run."""
    job = bigquery_client.query(f"CREATE MODEL {dataset}.m {TRAIN}")
    job.result()
    model = bigquery_client.get_model(f"{dataset}.m")
    assert (job.statement_type, job.ddl_operation_performed) == ("CREATE_MODEL", "CREATE")
    assert model.model_type == "LOGISTIC_REGRESSION"
    assert [f.name for f in model.label_columns] == ["species"]
    assert len(model.feature_columns) == 4
    run = model.training_runs[0]
    assert run["trainingOptions"]["inputLabelColumns"] == ["species"]
    assert run["evaluationMetrics"]["multiClassClassificationMetrics"]
    assert run["results"][0]["trainingLoss"] > 0
    assert (model.location, bool(model.etag), model.created is not None) == ("US", True, True)


@pytest.mark.parametrize(
    ("statement", "operation"),
    [
        ("CREATE OR REPLACE MODEL {m} {train}", "REPLACE"),
        ("CREATE MODEL IF NOT EXISTS {m} {train}", "SKIP"),
        ("ALTER MODEL {m} SET OPTIONS(description='new')", "ALTER"),
        ("DROP MODEL {m}", "DROP"),
        ("DROP MODEL IF EXISTS {m}_none", "SKIP"),
        ("ALTER MODEL IF EXISTS {m}_none SET OPTIONS(description='x')", "SKIP"),
    ],
)
def test_a_statement_says_what_it_did(
    bigquery_client: bigquery.Client, own_iris_model: str, statement: str, operation: str
) -> None:
    """DdlOperationPerformed tells what happened to a model that exists already."""
    job = bigquery_client.query(statement.format(m=own_iris_model, train=TRAIN))
    job.result()
    assert job.ddl_operation_performed == operation


@pytest.mark.parametrize(
    ("statement", "error", "text"),
    [
        ("CREATE MODEL {m} {train}", Conflict, "Already Exists: Model"),
        ("DROP MODEL {m}_none", NotFound, "Not found: Model"),
        ("CREATE MODEL nowhere.m {train}", NotFound, "nowhere"),
        ("CREATE MODEL just_a_name {train}", BadRequest, "qualified with a dataset"),
        ("CREATE MODEL {m}2 OPTIONS(model_type='kmeans') AS SELECT 1 x", BadRequest, "KMEANS"),
        ("CREATE MODEL {m}2 OPTIONS(nonsense=1) AS SELECT 1 x", BadRequest, "MODEL_TYPE"),
        ("CREATE MODEL {m}2 TRANSFORM(x + 1) OPTIONS() AS SELECT 1 x", BadRequest, "TRANSFORM"),
        ("CREATE MODEL {m}2 OPTIONS(model_type='linear_reg')", BadRequest, "AS SELECT"),
        ("CREATE MODEL {m}2 {train} WHERE no_such_column > 1", BadRequest, "no_such_column"),
        ("ALTER MODEL {m} SET OPTIONS(kms_key_name='k')", BadRequest, "kms_key_name"),
        ("CREATE MODEL `{m}-dash` {train}", BadRequest, "Invalid model ID"),
        ("BEGIN CREATE MODEL {m}2 {train}", BadRequest, "Expected END"),
        ("LOOP DROP MODEL {m}; END LOOP", BadRequest, "LOOP"),
        ("WHILE TRUE DO DROP MODEL {m}; END WHILE", BadRequest, "WHILE"),
        ('EXECUTE IMMEDIATE "CREATE MODEL {m}2 {train}"', BadRequest, "EXECUTE IMMEDIATE"),
        ("CREATE VIEW {m}_v AS SELECT * FROM ML.WEIGHTS(MODEL {m})", BadRequest, "CREATE VIEW"),
        ("EXPORT MODEL {m} OPTIONS(uri='gs://no-such-bucket-here/x')", NotFound, "no-such-bucket"),
        ("EXPORT MODEL {m} OPTIONS(trial_id=1, uri='gs://b/x')", BadRequest, "trial"),
    ],
)
def test_a_wrong_statement_gets_bigquerys_error(
    bigquery_client: bigquery.Client,
    iris_model: str,
    statement: str,
    error: type[Exception],
    text: str,
) -> None:
    """Mistakes come back at once, as the client's exception for them, and name the culprit."""
    with pytest.raises(error, match=text):
        bigquery_client.query_and_wait(statement.format(m=iris_model, train=TRAIN))


def test_an_export_holds_all_files_under_its_prefix(
    bigquery_client: bigquery.Client, iris_model: str, bucket: storage.Bucket
) -> None:
    """EXPORT MODEL writes a SavedModel below the given folder."""
    uri = f"gs://{bucket.name}/exports/iris/"
    bigquery_client.query_and_wait(f"EXPORT MODEL {iris_model} OPTIONS(uri='{uri}')")
    names = {blob.name.removeprefix("exports/iris/") for blob in bucket.list_blobs()}
    assert {"saved_model.pb", "variables/variables.index", "fingerprint.pb"} <= names
    assert all(blob.name.startswith("exports/iris/") for blob in bucket.list_blobs())


def test_plain_statements_with_models_run_one_after_another(
    bigquery_client: bigquery.Client, dataset: str
) -> None:
    """A request of several statements runs them in order; the last one's rows are its result."""
    rows = bigquery_client.query_and_wait(
        f"CREATE MODEL {dataset}.m {TRAIN}; CREATE TABLE {dataset}.t AS SELECT * FROM {IRIS};"
        f"SELECT COUNT(*) AS n FROM ML.PREDICT(MODEL {dataset}.m, TABLE {dataset}.t);"
    )
    assert [row.n for row in rows] == [150]


def test_the_text_of_a_model_statement_may_be_a_string(bigquery_client: bigquery.Client) -> None:
    """SQL that only mentions models in a literal is an ordinary query."""
    rows = bigquery_client.query_and_wait("SELECT 'ML.PREDICT(MODEL m' AS s -- DROP MODEL x")
    assert [row.s for row in rows] == ["ML.PREDICT(MODEL m"]
