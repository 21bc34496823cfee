"""Tables and views by the API."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound, PreconditionFailed
from google.cloud.bigquery import SchemaField, Table

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

FIELDS = [
    SchemaField("a", "INTEGER", "REQUIRED", description="key"),
    SchemaField("b", "STRING"),
    SchemaField("r", "RECORD", "REPEATED", fields=[SchemaField("x", "FLOAT")]),
]


@pytest.fixture
def table(bigquery_client: Client, dataset: str) -> Table:
    """An empty table of three columns."""
    made = Table(f"{bigquery_client.project}.{dataset}.t", schema=FIELDS)
    made.labels = {"team": "x"}
    return bigquery_client.create_table(made)


def _column(field: SchemaField) -> tuple[str, str, str]:
    return field.name, field.field_type, field.mode


def test_a_table_is_kept_as_it_was_made(bigquery_client: Client, table: Table) -> None:
    """Schema, labels and location come back; a second table of the name is 409."""
    read = bigquery_client.get_table(table.reference)
    assert [_column(field) for field in read.schema] == [_column(field) for field in FIELDS]
    assert (read.labels, read.location, read.num_rows) == ({"team": "x"}, "US", 0)
    with pytest.raises(Conflict, match="Already Exists: Table"):
        bigquery_client.create_table(Table(table.reference, schema=FIELDS))


def test_columns_can_be_added_and_not_taken_away(bigquery_client: Client, table: Table) -> None:
    """A new column takes rows at once; a schema without an old one is refused."""
    table.schema = [*table.schema, SchemaField("n", "NUMERIC")]
    table.description = "points"
    changed = bigquery_client.update_table(table, ["schema", "description"])
    assert (changed.schema[-1].name, changed.description) == ("n", "points")
    assert bigquery_client.insert_rows_json(changed, [{"a": 1, "n": "1.5"}]) == []
    changed.schema = changed.schema[1:]
    with pytest.raises(BadRequest, match="Field a is missing in new schema"):
        bigquery_client.update_table(changed, ["schema"])


def test_an_update_without_columns_leaves_them(bigquery_client: Client, table: Table) -> None:
    """`bq update` sends an empty schema with a new description."""
    path = f"/projects/{table.project}/datasets/{table.dataset_id}/tables/t"
    changes = {"schema": {"fields": []}, "description": "points"}
    bigquery_client._call_api(None, method="PATCH", path=path, data=changes)
    read = bigquery_client.get_table(table.reference)
    assert (read.description, len(read.schema)) == ("points", len(FIELDS))


def test_labels_are_merged_and_removed(bigquery_client: Client, table: Table) -> None:
    """A label of None goes away, the others stay."""
    table.labels = {"team": None, "stage": "dev"}
    assert bigquery_client.update_table(table, ["labels"]).labels == {"stage": "dev"}


def test_a_stale_change_is_refused(bigquery_client: Client, table: Table) -> None:
    """An etag that is not the table's is 412."""
    bigquery_client.update_table(table, ["description"])
    with pytest.raises(PreconditionFailed):
        bigquery_client.update_table(table, ["description"])


@pytest.mark.parametrize(
    ("row", "location", "message"),
    [
        ({"a": 1, "zzz": 2}, "zzz", "no such field: zzz."),
        ({"b": "x"}, "a", "Missing required field: a."),
        ({"a": "one"}, "a", "Cannot convert value to int64 (bad value): one"),
        ({"a": 1, "r": [{"x": "y"}]}, "r.x", "Cannot convert value to float64 (bad value): y"),
        ({"a": 1, "r": {"x": 1}}, "r", "Array specified for non-repeated field: r."),
    ],
)
def test_rows_that_do_not_fit_are_named(
    bigquery_client: Client, table: Table, row: dict[str, Any], location: str, message: str
) -> None:
    """The answer of insertAll says what is wrong with which row, and inserts nothing then."""
    good = {"a": 1, "b": "x", "r": [{"x": 1.5}]}
    first, second = bigquery_client.insert_rows_json(table, [good, row])
    assert first["errors"][0]["reason"] == "stopped"
    (error,) = second["errors"]
    assert (error["reason"], error["location"], error["message"]) == ("invalid", location, message)
    assert bigquery_client.insert_rows_json(table, [good, row], skip_invalid_rows=True)
    (kept,) = bigquery_client.list_rows(table)
    assert tuple(kept.values()) == (1, "x", [{"x": 1.5}])


def test_columns_and_rows_can_be_picked(bigquery_client: Client, table: Table) -> None:
    """list_rows takes columns, a start and a page size."""
    rows = [{"a": n, "b": str(n)} for n in range(5)]
    assert bigquery_client.insert_rows_json(table, rows) == []
    picked = bigquery_client.list_rows(table, FIELDS[:1], start_index=2, page_size=2)
    assert [tuple(row.values()) for row in picked] == [(2,), (3,), (4,)]


def test_sizes_are_those_of_now(bigquery_client: Client, table: Table) -> None:
    """Rows and bytes follow SQL that changes the table, and so do columns."""
    name = f"{table.dataset_id}.t"
    bigquery_client.query_and_wait(f"INSERT INTO {name} (a, b) VALUES (1, 'xyz'), (2, NULL)")
    bigquery_client.query_and_wait(f"ALTER TABLE {name} ADD COLUMN c FLOAT64")
    read = bigquery_client.get_table(name)
    assert (read.num_rows, read.schema[-1].name, read.schema[0].mode) == (2, "c", "REQUIRED")
    assert read.num_bytes == 2 * 8 + len("xyz") + 2


def test_tables_are_listed_by_pages(bigquery_client: Client, dataset: str) -> None:
    """Each table once, by name."""
    for name in ("c", "a", "b"):
        bigquery_client.create_table(f"{bigquery_client.project}.{dataset}.{name}")
    listed = bigquery_client.list_tables(dataset, page_size=2)
    assert [entry.table_id for entry in listed] == ["a", "b", "c"]


def test_a_view_is_a_table_with_a_query(bigquery_client: Client, table: Table) -> None:
    """Made by the API or by SQL it has its columns and its text, and can be deleted."""
    view = Table(f"{bigquery_client.project}.{table.dataset_id}.v")
    view.view_query = f"SELECT a + 1 AS next FROM {table.dataset_id}.t"
    made = bigquery_client.create_table(view)
    assert (made.table_type, made.schema[0].name) == ("VIEW", "next")
    assert "next" in made.view_query
    bigquery_client.query_and_wait(f"SELECT next FROM {table.dataset_id}.v")
    bigquery_client.delete_table(made)
    with pytest.raises(NotFound):
        bigquery_client.get_table(made)


def test_a_view_over_a_model_is_refused_by_name(bigquery_client: Client, iris_model: str) -> None:
    """The view would fail when it is read: it is not made."""
    dataset = iris_model.partition(".")[0]
    view = Table(f"{bigquery_client.project}.{dataset}.v")
    view.view_query = f"SELECT * FROM ML.WEIGHTS(MODEL {iris_model})"
    with pytest.raises(BadRequest, match="Models inside CREATE VIEW are not supported"):
        bigquery_client.create_table(view)


def test_a_table_cannot_take_a_models_name(bigquery_client: Client, iris_model: str) -> None:
    """Models and tables share their names."""
    with pytest.raises(Conflict, match="Already Exists: Model"):
        bigquery_client.create_table(f"{bigquery_client.project}.{iris_model}")


def test_copies(bigquery_client: Client, table: Table) -> None:
    """A copy has the rows; a second one needs a disposition; a missing source is 404."""
    bigquery_client.insert_rows_json(table, [{"a": 1}])
    target = f"{table.dataset_id}.copy_{uuid.uuid4().hex}"
    bigquery_client.copy_table(table, target).result()
    assert bigquery_client.get_table(target).num_rows == 1
    with pytest.raises(Conflict, match="Already Exists"):
        bigquery_client.copy_table(table, target).result()
    with pytest.raises(NotFound):
        bigquery_client.copy_table(f"{table.dataset_id}.nope", f"{target}_2").result()
