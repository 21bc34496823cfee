"""Load jobs through the real client: CSV, JSON, Parquet and DataFrames."""

from __future__ import annotations

import datetime as dt
import functools
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from google.api_core.exceptions import BadRequest, Conflict, MethodNotImplemented, NotFound
from google.cloud import bigquery

if TYPE_CHECKING:
    from google.cloud import storage
    from google.cloud.bigquery import Client

SCHEMA = [
    bigquery.SchemaField("i", "INT64"),
    bigquery.SchemaField("f", "FLOAT64"),
    bigquery.SchemaField("s", "STRING"),
    bigquery.SchemaField("b", "BOOL"),
    bigquery.SchemaField("d", "DATE"),
    bigquery.SchemaField("ts", "TIMESTAMP"),
    bigquery.SchemaField("n", "NUMERIC"),
    bigquery.SchemaField("y", "BYTES"),
]
CSV = 'i,f,s,b,d,ts,n,y\n1,0.5,"a,b",true,2020-09-27,2020-09-27 01:02:03,1.25,aGk=\n2,NaN,,,,,,\n'
FIRST = {
    "i": 1, "f": 0.5, "s": "a,b", "b": True, "d": dt.date(2020, 9, 27),
    "ts": dt.datetime(2020, 9, 27, 1, 2, 3, tzinfo=dt.UTC), "n": Decimal("1.25"), "y": b"hi",
}  # fmt: skip


def _load(client: Client, table: str, content: str | bytes, **config: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    job_config = bigquery.LoadJobConfig(**config)
    job = client.load_table_from_file(io.BytesIO(data), table, job_config=job_config)
    return job.result()


def _rows(client: Client, table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in client.query_and_wait(f"SELECT * FROM {table} ORDER BY 1")]


def test_csv_with_a_schema_keeps_every_type(bigquery_client: Client, dataset: str) -> None:
    """Quotes, NULLs, base64 bytes and all scalar types arrive right."""
    job = _load(bigquery_client, f"{dataset}.t", CSV, schema=SCHEMA, skip_leading_rows=1)
    first, second = _rows(bigquery_client, f"{dataset}.t")
    assert (job.output_rows, first) == (2, FIRST)
    assert [second[name] for name in ("s", "b", "d", "ts", "n", "y")] == [None] * 6


@pytest.mark.parametrize(
    ("content", "config"),
    [
        ("name,value\nx,1\ny,2\n", {"skip_leading_rows": 1}),
        ("name,value\nx,1\ny,2\n", {}),
        ("name;value\n'x';1\n'y';2\n", {"field_delimiter": ";", "quote_character": "'"}),
    ],
)
def test_csv_without_a_schema_is_detected(
    bigquery_client: Client, dataset: str, content: str, config: dict[str, Any]
) -> None:
    """Autodetection finds header, names and types, and minds the given characters."""
    _load(bigquery_client, f"{dataset}.t", content, autodetect=True, **config)
    expected = [{"name": "x", "value": 1}, {"name": "y", "value": 2}]
    assert _rows(bigquery_client, f"{dataset}.t") == expected


def test_without_a_header_to_skip_the_first_row_is_data(
    bigquery_client: Client, dataset: str
) -> None:
    """A schema and no skipped rows: nothing is lost."""
    _load(bigquery_client, f"{dataset}.t", "1\n2\n", schema=[bigquery.SchemaField("i", "INT64")])
    assert _rows(bigquery_client, f"{dataset}.t") == [{"i": 1}, {"i": 2}]


def test_json_rows_with_structs_and_arrays(bigquery_client: Client, dataset: str) -> None:
    """Rows given as JSON keep nested and repeated fields."""
    rows = [{"a": 1, "s": {"k": "v"}, "l": [1, 2]}, {"a": 2, "s": None, "l": []}]
    schema = [
        bigquery.SchemaField("a", "INT64"),
        bigquery.SchemaField("s", "RECORD", fields=[bigquery.SchemaField("k", "STRING")]),
        bigquery.SchemaField("l", "INT64", mode="REPEATED"),
    ]
    config = bigquery.LoadJobConfig(schema=schema)
    bigquery_client.load_table_from_json(rows, f"{dataset}.t", job_config=config).result()
    assert _rows(bigquery_client, f"{dataset}.t")[0] == rows[0]


def test_a_data_frame_is_loaded_and_read_back(bigquery_client: Client, dataset: str) -> None:
    """load_table_from_dataframe and to_dataframe are inverses."""
    frame = pd.DataFrame({"i": [1, 2], "x": [1.5, None], "s": ["a", None]})
    bigquery_client.load_table_from_dataframe(frame, f"{dataset}.t").result()
    query = bigquery_client.query(f"SELECT * FROM {dataset}.t ORDER BY i")
    pd.testing.assert_frame_equal(
        query.to_dataframe(create_bqstorage_client=False), frame, check_dtype=False
    )


def test_parquet_needs_no_schema(bigquery_client: Client, dataset: str) -> None:
    """The types of a Parquet file become the table's."""
    content = pd.DataFrame({"when": [pd.Timestamp("2020-01-02T03:04:05Z")], "n": [7]}).to_parquet()
    _load(bigquery_client, f"{dataset}.t", content, source_format="PARQUET")
    table = bigquery_client.get_table(f"{dataset}.t")
    assert [(f.name, f.field_type) for f in table.schema] == [
        ("when", "TIMESTAMP"),
        ("n", "INTEGER"),
    ]


@pytest.mark.parametrize(
    ("disposition", "expected"), [("WRITE_APPEND", [1, 2]), ("WRITE_TRUNCATE", [2])]
)
def test_dispositions_are_honoured(
    bigquery_client: Client, dataset: str, disposition: str, expected: list[int]
) -> None:
    """Appending keeps the rows that were there, truncating replaces them."""
    schema = [bigquery.SchemaField("i", "INT64")]
    _load(bigquery_client, f"{dataset}.t", "1\n", schema=schema)
    _load(bigquery_client, f"{dataset}.t", "2\n", write_disposition=disposition, schema=schema)
    assert [row["i"] for row in _rows(bigquery_client, f"{dataset}.t")] == expected


@pytest.mark.parametrize(
    ("content", "config", "error", "text"),
    [
        ("x\n", {"schema": SCHEMA[:1]}, BadRequest, "Error while reading data"),
        ("1\n", {}, BadRequest, "No schema"),
        (
            "1\n",
            {"schema": SCHEMA[:1], "max_bad_records": 5},
            MethodNotImplemented,
            "maxBadRecords",
        ),
        ("1\n", {"source_format": "ORC"}, MethodNotImplemented, "ORC"),
        ("1\n", {"schema": SCHEMA[:1], "create_disposition": "CREATE_NEVER"}, NotFound, "Table"),
    ],
)
def test_a_load_that_cannot_work_is_refused(
    bigquery_client: Client,
    dataset: str,
    content: str,
    config: dict[str, Any],
    error: type[Exception],
    text: str,
) -> None:
    """Bad data and settings that are not supported end the job and make no table."""
    with pytest.raises(error, match=text):
        _load(bigquery_client, f"{dataset}.t", content, **config)
    assert list(bigquery_client.list_tables(dataset)) == []


def test_a_failed_replacement_leaves_the_table_alone(bigquery_client: Client, dataset: str) -> None:
    """Data is read as a whole before the table is touched."""
    schema = [bigquery.SchemaField("i", "INT64")]
    _load(bigquery_client, f"{dataset}.t", "1\n", schema=schema)
    with pytest.raises(BadRequest):
        _load(
            bigquery_client,
            f"{dataset}.t",
            "x\n",
            schema=schema,
            write_disposition="WRITE_TRUNCATE",
        )
    assert _rows(bigquery_client, f"{dataset}.t") == [{"i": 1}]


def test_a_load_job_id_runs_once(bigquery_client: Client, dataset: str) -> None:
    """An upload that is repeated after a lost answer does not load twice."""
    frame, job_id = pd.DataFrame({"i": [1]}), f"load-{dataset}"
    bigquery_client.load_table_from_dataframe(frame, f"{dataset}.t", job_id=job_id).result()
    with pytest.raises(Conflict):
        bigquery_client.load_table_from_dataframe(frame, f"{dataset}.t", job_id=job_id)
    assert bigquery_client.get_table(f"{dataset}.t").num_rows == 1


def test_objects_of_a_bucket_are_loaded(
    bigquery_client: Client, dataset: str, bucket: storage.Bucket
) -> None:
    """gs:// addresses with a wildcard read every object that matches."""
    for name, text in (("in/a.csv", "1\n"), ("in/b.csv", "2\n"), ("out.csv", "3\n")):
        bucket.blob(name).upload_from_string(text)
    config = bigquery.LoadJobConfig(schema=[bigquery.SchemaField("i", "INT64")])
    uri = f"gs://{bucket.name}/in/*.csv"
    bigquery_client.load_table_from_uri(uri, f"{dataset}.t", job_config=config).result()
    assert [row["i"] for row in _rows(bigquery_client, f"{dataset}.t")] == [1, 2]


def test_columns_of_an_existing_table_are_found_by_name(
    bigquery_client: Client, dataset: str
) -> None:
    """A DataFrame with the columns in another order, or with fewer, is appended right."""
    table = f"{dataset}.t"
    bigquery_client.query_and_wait(f"CREATE TABLE {table} (i INT64, s STRING)")
    bigquery_client.load_table_from_dataframe(pd.DataFrame({"s": ["a"], "i": [1]}), table).result()
    bigquery_client.load_table_from_dataframe(pd.DataFrame({"i": [2]}), table).result()
    assert _rows(bigquery_client, table) == [{"i": 1, "s": "a"}, {"i": 2, "s": None}]
    with pytest.raises(BadRequest, match=r"Cannot add fields \(field: z\)"):
        bigquery_client.load_table_from_dataframe(pd.DataFrame({"z": [2]}), table).result()


def test_detected_names_are_ones_that_bigquery_allows(
    bigquery_client: Client, dataset: str
) -> None:
    """Blanks and dashes in a header become underscores."""
    _load(bigquery_client, f"{dataset}.t", "a b,c-d,1st\n1,2,3\n", autodetect=True)
    names = [field.name for field in bigquery_client.get_table(f"{dataset}.t").schema]
    assert names == ["a_b", "c_d", "_1st"]


def test_unknown_fields_of_json_rows_are_an_error(bigquery_client: Client, dataset: str) -> None:
    """They are named with their row, and left out when the client says so."""
    settings: dict[str, Any] = {
        "source_format": "NEWLINE_DELIMITED_JSON",
        "schema": [bigquery.SchemaField("i", "INT64")],
    }
    content = '{"i": 1}\n{"i": 2, "z": 3}\n'
    with pytest.raises(BadRequest, match="row 2: No such field: z"):
        _load(bigquery_client, f"{dataset}.t", content, **settings)
    _load(bigquery_client, f"{dataset}.t", content, ignore_unknown_values=True, **settings)
    assert [row["i"] for row in _rows(bigquery_client, f"{dataset}.t")] == [1, 2]


def test_a_dataset_in_europe_loads_buckets_in_europe(
    bigquery_client: Client, storage_client: storage.Client, dataset: str
) -> None:
    """A bucket in the US is refused there, with both places named."""
    made = bigquery.Dataset(f"{bigquery_client.project}.{dataset}_eu")
    made.location = "EU"
    bigquery_client.create_dataset(made)
    name = dataset.replace("_", "-")
    for place in ("EU", "US"):
        bucket = storage_client.create_bucket(f"{name}-{place.lower()}", location=place)
        bucket.blob("x.csv").upload_from_string("a\n1\n")
    load = functools.partial(
        bigquery_client.load_table_from_uri,
        destination=f"{dataset}_eu.t",
        job_config=bigquery.LoadJobConfig(autodetect=True, skip_leading_rows=1),
    )
    job = load(f"gs://{name}-eu/x.csv")
    assert (job.result().output_rows, job.location) == (1, "EU")
    with pytest.raises(BadRequest, match="source: US, destination: EU"):
        load(f"gs://{name}-us/x.csv").result()
