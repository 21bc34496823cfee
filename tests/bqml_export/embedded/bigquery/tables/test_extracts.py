"""Extract jobs of tables."""

from __future__ import annotations

import gzip
import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from google.api_core.exceptions import BadRequest, GoogleAPICallError, NotFound
from google.cloud import storage
from google.cloud.bigquery import ExtractJobConfig

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

ROWS = """SELECT 1 AS i, 'a,b' AS s, TRUE AS b, NUMERIC '1.50' AS n, DATE '2020-01-02' AS d,
TIMESTAMP '2020-01-02 03:04:05.5+00' AS ts, CAST(NULL AS STRING) AS missing"""
LINE = {
    "i": "1",
    "s": "a,b",
    "b": True,
    "n": "1.5",
    "d": "2020-01-02",
    "ts": "2020-01-02 03:04:05.5 UTC",
}


@pytest.fixture(scope="module")
def table(bigquery_client: Client, shared_dataset: str) -> str:
    """A table of one row, which no test changes."""
    name = f"{shared_dataset}.of_one_row"
    bigquery_client.query_and_wait(f"CREATE TABLE {name} AS {ROWS}")
    return name


def _extract(client: Client, table: str, bucket: storage.Bucket, **settings: Any) -> bytes:
    uri = f"gs://{bucket.name}/rows-*"
    job = client.extract_table(table, uri, job_config=ExtractJobConfig(**settings))
    job.result()
    assert job.destination_uri_file_counts == [1]
    return bytes(bucket.blob("rows-000000000000").download_as_bytes())


def test_csv(bigquery_client: Client, table: str, bucket: storage.Bucket) -> None:
    """A header, quoted text, NULL as nothing; the wildcard becomes a number."""
    header, row = _extract(bigquery_client, table, bucket).decode().splitlines()
    assert header == "i,s,b,n,d,ts,missing"
    assert row == '1,"a,b",true,1.5,2020-01-02,2020-01-02 03:04:05.5 UTC,'


def test_csv_settings(bigquery_client: Client, table: str, bucket: storage.Bucket) -> None:
    """Delimiter, no header and gzip are honoured."""
    settings = {"print_header": False, "field_delimiter": "|", "compression": "GZIP"}
    content = gzip.decompress(_extract(bigquery_client, table, bucket, **settings))
    assert content.decode().startswith("1|a,b|true|1.5|")


def test_json(bigquery_client: Client, table: str, bucket: storage.Bucket) -> None:
    """One object a line; INT64 and NUMERIC as text, NULL left out."""
    content = _extract(bigquery_client, table, bucket, destination_format="NEWLINE_DELIMITED_JSON")
    assert json.loads(content) == LINE


def test_parquet(bigquery_client: Client, table: str, bucket: storage.Bucket) -> None:
    """A Parquet file with BigQuery's types."""
    content = _extract(bigquery_client, table, bucket, destination_format="PARQUET")
    assert pq.read_table(io.BytesIO(content)).column("i").to_pylist() == [1]


@pytest.mark.parametrize(
    ("uri", "settings", "error", "words"),
    [
        ("gs://nothing-here/x", {}, NotFound, "Bucket nothing-here"),
        ("gs://{b}", {}, BadRequest, "expected gs://bucket/object"),
        ("gs://{b}/x", {"destination_format": "AVRO"}, GoogleAPICallError, "AVRO"),
        ("gs://{b}/x", {"compression": "SNAPPY"}, GoogleAPICallError, "SNAPPY"),
    ],
)
def test_what_cannot_work_is_refused(
    *,
    bigquery_client: Client,
    table: str,
    bucket: storage.Bucket,
    uri: str,
    settings: dict[str, Any],
    error: type[Exception],
    words: str,
) -> None:
    """A missing bucket, a bucket's root, and forms that are not written."""
    with pytest.raises(error, match=words):
        bigquery_client.extract_table(
            table, uri.format(b=bucket.name), job_config=ExtractJobConfig(**settings)
        ).result()
    assert list(bucket.list_blobs()) == []


def test_nested_rows_do_not_fit_into_csv(
    bigquery_client: Client, dataset: str, bucket: storage.Bucket
) -> None:
    """A repeated column is BigQuery's error."""
    bigquery_client.query_and_wait(f"CREATE TABLE {dataset}.n AS SELECT [1, 2] AS l")
    with pytest.raises(BadRequest, match=r"nested schema\. Field: l"):
        bigquery_client.extract_table(f"{dataset}.n", f"gs://{bucket.name}/x").result()
