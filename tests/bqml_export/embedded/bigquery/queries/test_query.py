"""Query jobs as google-cloud-bigquery sees them."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.exceptions import BadRequest, Conflict, GoogleAPICallError, NotFound
from google.cloud.bigquery import (
    ArrayQueryParameter,
    Dataset,
    QueryJobConfig,
    ScalarQueryParameter,
    StructQueryParameter,
    TimePartitioning,
)

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

IRIS = "`bigquery-public-data.ml_datasets.iris`"
TRAIN = "OPTIONS(model_type='linear_reg', input_label_cols=['y'], max_iterations=1) AS"
POINTS = "SELECT 1.5 AS x, 2.0 AS y UNION ALL SELECT 2.5, 4.0 UNION ALL SELECT 3.5, 5.0"


def _rows(client: Client, sql: str, **settings: Any) -> list[tuple[Any, ...]]:
    job = client.query(sql, job_config=QueryJobConfig(**settings), job_retry=None)
    return [tuple(row.values()) for row in job.result(job_retry=None)]


def _value(kind: str, value: object, name: str | None = None) -> ScalarQueryParameter:
    return ScalarQueryParameter(name, kind, value)


@pytest.mark.parametrize(
    ("sql", "parameters", "row"),
    [
        ("SELECT @a + 1", [ScalarQueryParameter("a", "INT64", 3)], (4,)),
        ("SELECT ?, ?", [_value("STRING", "?"), _value("INT64", 2)], ("?", 2)),
        ("SELECT ?", [_value("NUMERIC", Decimal("1.5"))], (Decimal("1.5"),)),
        ("SELECT @b", [ScalarQueryParameter("b", "BYTES", b"ab")], (b"ab",)),
        ("SELECT ?", [_value("DATE", dt.date(2020, 1, 2))], (dt.date(2020, 1, 2),)),
        ("SELECT SUM(x) FROM UNNEST(@l) AS x", [ArrayQueryParameter("l", "INT64", [1, 2])], (3,)),
        ("SELECT @s.x", [StructQueryParameter("s", _value("STRING", "k", "x"))], ("k",)),
        ("SELECT @n", [ScalarQueryParameter("n", "BOOL", None)], (None,)),
    ],
)  # fmt: skip
def test_parameters_of_every_kind(
    bigquery_client: Client, sql: str, parameters: list[Any], row: tuple[Any, ...]
) -> None:
    """Named, positional, array, struct, bytes and NULL parameters arrive as they were sent."""
    assert _rows(bigquery_client, sql, query_parameters=parameters) == [row]


def test_unnamed_columns_are_called_as_in_bigquery(bigquery_client: Client) -> None:
    """COUNT(*) without a name is f0_."""
    result = bigquery_client.query_and_wait(f"SELECT COUNT(*), 1 AS a, 2 FROM {IRIS}")
    assert [field.name for field in result.schema] == ["f0_", "a", "f1_"]
    assert next(iter(result))["f0_"] == 150


def test_a_destination_table_is_written(bigquery_client: Client, dataset: str) -> None:
    """New, then appended to, then replaced; a second write into it needs a disposition."""
    target = f"{bigquery_client.project}.{dataset}.kept"
    _rows(bigquery_client, "SELECT 1 AS a, 'x' AS b", destination=target)
    with pytest.raises(Conflict, match="Already Exists: Table"):
        _rows(bigquery_client, "SELECT 2 AS a", destination=target)
    append = {"destination": target, "write_disposition": "WRITE_APPEND"}
    _rows(bigquery_client, "SELECT 'y' AS b, 2 AS a", **append)
    kept = _rows(bigquery_client, f"SELECT a, b FROM {dataset}.kept ORDER BY a")
    assert kept == [(1, "x"), (2, "y")]
    with pytest.raises(BadRequest, match=r"Cannot add fields \(field: z\)"):
        _rows(bigquery_client, "SELECT 3 AS z", **append)
    _rows(bigquery_client, "SELECT 5", destination=target, write_disposition="WRITE_TRUNCATE")
    assert _rows(bigquery_client, f"SELECT f0_ FROM {dataset}.kept") == [(5,)]


def test_predictions_can_be_written_to_a_table(
    bigquery_client: Client, dataset: str, iris_model: str
) -> None:
    """A destination table takes the rows of ML.PREDICT."""
    sql = f"SELECT predicted_species FROM ML.PREDICT(MODEL {iris_model}, TABLE {IRIS})"
    target = f"{bigquery_client.project}.{dataset}.predicted"
    job = bigquery_client.query(sql, job_config=QueryJobConfig(destination=target))
    job.result()
    assert str(job.destination) == target
    assert bigquery_client.get_table(target).num_rows == 150


def test_the_result_of_a_query_is_a_table(bigquery_client: Client) -> None:
    """`job.destination` of a plain query can be read with list_rows, also from its middle."""
    job = bigquery_client.query("SELECT x FROM UNNEST([7, 8, 9]) AS x ORDER BY x")
    job.result()
    table = bigquery_client.get_table(job.destination)
    assert (table.num_rows, [field.name for field in table.schema]) == (3, ["x"])
    rows = bigquery_client.list_rows(table, start_index=1, page_size=1)
    assert [row.x for row in rows] == [8, 9]


def test_long_results_are_paged(bigquery_client: Client) -> None:
    """Every row comes once, by pages of the client's size, and as a DataFrame."""
    job = bigquery_client.query("SELECT x FROM UNNEST(GENERATE_ARRAY(1, 25000)) AS x ORDER BY x")
    assert [row.x for row in job.result(page_size=7000)] == list(range(1, 25001))
    assert len(job.to_dataframe(create_bqstorage_client=False)) == 25000


def test_what_a_query_reads_is_said(bigquery_client: Client) -> None:
    """A dry run and the job name the bytes of the columns that are read, and the tables."""
    sql = f"SELECT sepal_width FROM {IRIS}"
    dry = bigquery_client.query(sql, job_config=QueryJobConfig(dry_run=True))
    job = bigquery_client.query(sql, job_config=QueryJobConfig(labels={"team": "x"}))
    job.result()
    assert dry.total_bytes_processed == job.total_bytes_processed == 150 * 8
    assert [field.name for field in dry.schema] == ["sepal_width"]
    assert (job.total_bytes_billed, job.labels) == (10 << 20, {"team": "x"})
    assert [table.table_id for table in job.referenced_tables] == ["iris"]


def test_a_query_that_reads_too_much_is_refused(bigquery_client: Client) -> None:
    """`maximum_bytes_billed` is kept to, with BigQuery's ten megabytes at least."""
    with pytest.raises(GoogleAPICallError, match="10485760 or higher required"):
        _rows(bigquery_client, f"SELECT * FROM {IRIS}", maximum_bytes_billed=1000)
    free = f"SELECT COUNT(*) FROM {IRIS}"
    assert _rows(bigquery_client, free, maximum_bytes_billed=1) == [(150,)]


@pytest.mark.parametrize(
    ("sql", "error", "words"),
    [
        ("SELECT * FROM {d}.nope", NotFound, "Not found: Table local:{d}.nope"),
        ("SELECT * FROM nowhere.t", NotFound, "Not found: Dataset local:nowhere"),
        ("SELECT nope FROM (SELECT 1 AS a)", BadRequest, "Unrecognized name: nope"),
        ("SELECT FROM", BadRequest, "Syntax error"),
        ("SELECT 1 / 0", BadRequest, "division by zero"),
        ("SELECT NOFUNC(1)", BadRequest, "Function not found: nofunc"),
        ("SELECT @missing", BadRequest, "parameters without a value: missing"),
        ("", BadRequest, "Required parameter is missing: query"),
        ("CREATE MODEL nowhere.m " + TRAIN + " " + POINTS, NotFound, "Dataset local:nowhere"),
        ("LOAD DATA INTO {d}.t FROM FILES(format='CSV')", BadRequest, "does not support LOAD DATA"),
    ],
)
def test_errors_have_bigquerys_form(
    bigquery_client: Client, dataset: str, sql: str, error: type[Exception], words: str
) -> None:
    """The right exception and one line of words, by both ways to run a query."""
    text, message = sql.format(d=dataset), words.format(d=dataset)
    with pytest.raises(error, match=message):
        _rows(bigquery_client, text)
    with pytest.raises(error, match=message):
        bigquery_client.query_and_wait(text)


def test_each_statement_of_a_script_is_a_job(bigquery_client: Client, dataset: str) -> None:
    """The script's result is its last statement's, and its children can be listed and read."""
    job = bigquery_client.query(
        f"CREATE MODEL {dataset}.m {TRAIN} {POINTS}; SELECT COUNT(*) AS n FROM "
        f"ML.PREDICT(MODEL {dataset}.m, (SELECT 2.0 AS x)); SELECT 'last' AS s"
    )
    assert [tuple(row.values()) for row in job.result()] == [("last",)]
    children = list(bigquery_client.list_jobs(parent_job=job))
    assert [child.statement_type for child in children] == ["SELECT", "SELECT", "CREATE_MODEL"]
    assert [row.n for row in children[1].result()] == [1]
    assert (job.statement_type, job.num_child_jobs) == ("SCRIPT", 3)


def test_a_script_stops_at_its_first_error(bigquery_client: Client, dataset: str) -> None:
    """What ran before has taken effect; what comes after has not."""
    create = f"CREATE TABLE {dataset}"
    sql = f"{create}.a AS SELECT 1 AS x; SELECT 1 / 0; {create}.b AS SELECT 1 AS x"
    with pytest.raises(BadRequest, match="division by zero"):
        _rows(bigquery_client, sql)
    assert [table.table_id for table in bigquery_client.list_tables(dataset)] == ["a"]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("DECLARE x INT64 DEFAULT 3; SET x = x + 1; SELECT x", [(4,)]),
        ("BEGIN SELECT 1 / 0; EXCEPTION WHEN ERROR THEN SELECT 'caught'; END", [("caught",)]),
        ("CREATE TEMP TABLE t AS SELECT 5 AS x; SELECT x FROM t", [(5,)]),
    ],
)
def test_procedural_scripts_run(
    bigquery_client: Client, sql: str, rows: list[tuple[Any, ...]]
) -> None:
    """Variables, exceptions and temporary tables keep their meaning."""
    assert _rows(bigquery_client, sql) == rows


def test_changes_of_rows_are_counted(bigquery_client: Client, dataset: str) -> None:
    """DML says how many rows it changed, and the table how many it has."""
    _rows(bigquery_client, f"CREATE TABLE {dataset}.t AS SELECT x FROM UNNEST([1, 2, 3]) AS x")
    job = bigquery_client.query(f"DELETE FROM {dataset}.t WHERE x > 1")
    job.result()
    assert (job.statement_type, job.num_dml_affected_rows) == ("DELETE", 2)
    assert job.dml_stats.deleted_row_count == 2
    assert bigquery_client.get_table(f"{dataset}.t").num_rows == 1


@pytest.fixture
def europe(bigquery_client: Client, dataset: str) -> str:
    """A dataset in the EU with one table of points."""
    made = Dataset(f"{bigquery_client.project}.{dataset}_eu")
    made.location = "EU"
    bigquery_client.create_dataset(made)
    _rows(bigquery_client, f"CREATE TABLE {made.dataset_id}.t AS {POINTS}")
    return str(made.dataset_id)


def test_queries_run_where_their_data_is(bigquery_client: Client, europe: str) -> None:
    """A plain query, an ML function and a load find the location by themselves."""
    train = bigquery_client.query(f"CREATE MODEL {europe}.m {TRAIN} SELECT * FROM {europe}.t")
    train.result()
    weights = bigquery_client.query(f"SELECT * FROM ML.WEIGHTS(MODEL {europe}.m)")
    plain = bigquery_client.query(f"SELECT * FROM {europe}.t")
    assert {job.location for job in (train, weights, plain)} == {"EU"}


@pytest.mark.parametrize(
    ("sql", "location"),
    [
        ("SELECT * FROM {d}.t", "US"),
        ("SELECT * FROM ML.WEIGHTS(MODEL {d}.m)", "US"),
        ("SELECT * FROM {d}.t, " + IRIS, None),
    ],
)
def test_data_elsewhere_is_not_found(
    bigquery_client: Client, europe: str, sql: str, location: str | None
) -> None:
    """The wrong location, and two locations in one query, are BigQuery's 404."""
    with pytest.raises(NotFound, match=r"Not found: Dataset \S+ was not found in location"):
        bigquery_client.query(sql.format(d=europe), location=location).result()


def test_results_stay_where_the_data_is(bigquery_client: Client, europe: str, dataset: str) -> None:
    """A destination table in another location is not found."""
    target = f"{bigquery_client.project}.{dataset}.kept"
    config = QueryJobConfig(destination=target)
    with pytest.raises(NotFound, match="was not found in location EU; it is in US"):
        bigquery_client.query(f"SELECT * FROM {europe}.t", job_config=config).result()


def test_many_threads_train_and_query_at_once(bigquery_client: Client, dataset: str) -> None:
    """Eight threads with their own models and tables get their own answers."""

    def work(number: int) -> tuple[Any, ...]:
        sql = f"CREATE MODEL {dataset}.m{number} {TRAIN} {POINTS}"
        bigquery_client.query(sql).result()
        _rows(bigquery_client, f"CREATE TABLE {dataset}.t{number} AS SELECT {number} AS x")
        data = f"(SELECT x + 0.5 AS x FROM {dataset}.t{number})"
        predict = f"ML.PREDICT(MODEL {dataset}.m{number}, {data})"
        return _rows(bigquery_client, f"SELECT x, COUNT(*) FROM {predict} GROUP BY x")[0]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == [(n + 0.5, 1) for n in range(8)]
    assert len(list(bigquery_client.list_models(dataset))) == 8


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("clustering_fields", ["x"]),
        ("time_partitioning", TimePartitioning()),
        ("create_session", True),
    ],
)
def test_a_setting_that_would_be_ignored_is_refused_by_name(
    bigquery_client: Client, setting: str, value: object
) -> None:
    """A table that is not partitioned after all would be found out much later."""
    config = QueryJobConfig(**{setting: value})
    with pytest.raises(GoogleAPICallError, match="is not supported by the embedded BigQuery"):
        bigquery_client.query("SELECT 1 AS x", job_config=config).result()
