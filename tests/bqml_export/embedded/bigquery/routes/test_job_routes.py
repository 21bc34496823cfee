"""Jobs as clients see them: ids, progress, locations, cancelling and extract jobs."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound
from google.cloud import bigquery, storage

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

IRIS = "`bigquery-public-data.ml_datasets.iris`"
SLOW = (
    "OPTIONS(model_type='logistic_reg', input_label_cols=['y'], max_iterations=2000, "
    "early_stop=FALSE, data_split_method='NO_SPLIT', learn_rate_strategy='CONSTANT', "
    "learn_rate=0.0001) AS SELECT MOD(n, 7) AS y, SIN(n) AS a, COS(n * n) AS b, "
    "CAST(MOD(n, 97) AS STRING) AS c FROM UNNEST(GENERATE_ARRAY(1, 20000)) AS n"
)


def _job_id() -> str:
    return f"test-{uuid.uuid4().hex}"


def _query(client: Client, sql: str, job_id: str) -> None:
    client.query(sql, job_id=job_id, job_retry=None).result(job_retry=None)


@pytest.mark.parametrize("sql", ["SELECT 1 AS x", "CREATE OR REPLACE MODEL {m} {train}"])
def test_a_job_id_runs_once(bigquery_client: Client, dataset: str, sql: str) -> None:
    """A repeated id is a 409, and the first job can be polled under it."""
    train = (
        "OPTIONS(model_type='linear_reg', input_label_cols=['sepal_width']) "
        f"AS SELECT * FROM {IRIS}"
    )
    text, job_id = sql.format(m=f"{dataset}.m", train=train), _job_id()
    _query(bigquery_client, text, job_id)
    with pytest.raises(Conflict, match=job_id):
        _query(bigquery_client, text, job_id)
    assert bigquery_client.get_job(job_id).state == "DONE"


def test_a_refused_job_leaves_its_id_free(bigquery_client: Client) -> None:
    """A statement that was never started does not use its id up."""
    job_id = _job_id()
    with pytest.raises(BadRequest):
        _query(bigquery_client, "DROP MODEL", job_id)
    _query(bigquery_client, "SELECT 1", job_id)


def _iterations(job: Any) -> list[dict[str, Any]]:
    statistics = job._properties["statistics"].get("query", {})
    found: list[dict[str, Any]] = statistics.get("mlStatistics", {}).get("iterationResults", [])
    return found


def test_iterations_are_seen_while_training_runs(bigquery_client: Client, dataset: str) -> None:
    """jobs.get of a RUNNING job lists the iterations so far; cancelling ends it as `stopped`."""
    job = bigquery_client.query(f"CREATE MODEL {dataset}.slow {SLOW}")
    deadline = time.monotonic() + 60
    while len(_iterations(job)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
        job.reload()
    assert job.state == "RUNNING"
    assert {"index", "trainingLoss", "durationMs"} <= _iterations(job)[0].keys()
    job.cancel()
    with pytest.raises(Exception, match="cancelled"):
        job.result()
    assert bigquery_client.get_job(job.job_id).error_result["reason"] == "stopped"
    assert list(bigquery_client.list_models(dataset)) == []


def test_a_failed_job_says_why(bigquery_client: Client, dataset: str) -> None:
    """The error result of a finished job has BigQuery's reason."""
    job = bigquery_client.query(
        f"CREATE MODEL {dataset}.m OPTIONS(model_type='linear_reg') AS SELECT 1 AS x"
    )
    with pytest.raises(BadRequest, match="label"):
        job.result()
    assert bigquery_client.get_job(job.job_id).error_result["reason"] == "invalidQuery"


@pytest.mark.parametrize(
    ("sql", "error"),
    [("SELEC 1", BadRequest), ("SELECT * FROM nowhere.t", NotFound), ("SELECT 1 / 0", BadRequest)],
)
def test_a_failed_plain_query_is_an_error(
    bigquery_client: Client, sql: str, error: type[Exception]
) -> None:
    """By jobs.query, by jobs.insert and when the results are asked for again."""
    with pytest.raises(error):
        bigquery_client.query_and_wait(sql)
    job_id = _job_id()
    with pytest.raises(error):
        _query(bigquery_client, sql, job_id)
    with pytest.raises(error):
        bigquery_client.get_job(job_id).result()


def test_jobs_of_both_kinds_are_listed(bigquery_client: Client, iris_model: str) -> None:
    """jobs.list has model jobs and plain queries."""
    plain, models = _job_id(), _job_id()
    _query(bigquery_client, "SELECT 1", plain)
    _query(bigquery_client, f"SELECT * FROM ML.WEIGHTS(MODEL {iris_model})", models)
    listed = {job.job_id for job in bigquery_client.list_jobs(max_results=1000)}
    assert {plain, models} <= listed


def test_a_job_runs_where_its_dataset_is(bigquery_client: Client) -> None:
    """A model statement runs in its dataset's location and is not found in another one."""
    dataset = bigquery.Dataset(f"{bigquery_client.project}.eu_{uuid.uuid4().hex}")
    dataset.location = "EU"
    bigquery_client.create_dataset(dataset)
    sql = (
        f"CREATE OR REPLACE MODEL {dataset.dataset_id}.m OPTIONS(model_type='linear_reg', "
        "input_label_cols=['y']) AS SELECT 1.5 AS x, 2.0 AS y UNION ALL SELECT 2, 4"
    )
    job = bigquery_client.query(sql)
    job.result()
    assert job.location == "EU"
    assert bigquery_client.get_model(f"{dataset.dataset_id}.m").location == "EU"
    with pytest.raises(NotFound, match="was not found in location US"):
        bigquery_client.query(sql, location="US")
    bigquery_client.delete_dataset(dataset, delete_contents=True)


def _extract(client: Client, model: str, uri: str, **extract: Any) -> bigquery.ExtractJob:
    config = bigquery.ExtractJobConfig()
    config._properties["extract"] |= extract
    job: bigquery.ExtractJob = client.extract_table(
        f"{client.project}.{model}", uri, source_type="Model", job_config=config
    )
    job.result()
    return job


def test_an_extract_job_writes_the_model(
    bigquery_client: Client, iris_model: str, bucket: storage.Bucket
) -> None:
    """An extract job with a source model does what EXPORT MODEL does, and counts the files."""
    job = _extract(
        bigquery_client,
        iris_model,
        f"gs://{bucket.name}/folder",
        destinationFormat="ML_TF_SAVED_MODEL",
    )
    names = [blob.name for blob in bucket.list_blobs()]
    assert "folder/saved_model.pb" in names
    assert job.destination_uri_file_counts == [len(names)]


@pytest.mark.parametrize(
    ("uri", "extract", "error", "text"),
    [
        ("gs://{b}/x", {"destinationFormat": "ML_XGBOOST_BOOSTER"}, BadRequest, "ML_XGBOOST"),
        ("gs://{b}/x", {"destinationFormat": "CSV"}, BadRequest, "CSV"),
        ("gs://{b}/x", {"modelExtractOptions": {"trialId": "1"}}, BadRequest, "trial"),
        ("gs://{b}", {}, BadRequest, "must include a folder"),
        ("gs://{b}/", {}, BadRequest, "must include a folder"),
        ("s3://{b}/x", {}, BadRequest, "gs://"),
        ("gs://nothing-here/x", {}, NotFound, "nothing-here"),
    ],
)
def test_an_extract_job_that_cannot_work_is_refused(
    *,
    bigquery_client: Client,
    iris_model: str,
    bucket: storage.Bucket,
    uri: str,
    extract: dict[str, Any],
    error: type[Exception],
    text: str,
) -> None:
    """The wrong format, a bucket's root, a foreign scheme and a missing bucket are refused."""
    with pytest.raises(error, match=text):
        _extract(bigquery_client, iris_model, uri.format(b=bucket.name), **extract)


def test_a_bucket_elsewhere_is_refused(
    bigquery_client: Client, iris_model: str, storage_client: storage.Client
) -> None:
    """Dataset and bucket must be in one location; the error names both."""
    bucket = storage_client.create_bucket(f"b-{uuid.uuid4().hex}", location="europe-west1")
    with pytest.raises(BadRequest, match="source: US, destination: EUROPE-WEST1"):
        _extract(bigquery_client, iris_model, f"gs://{bucket.name}/x")
