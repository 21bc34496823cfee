"""The public tables that are there at start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bqml_export.embedded.bigquery.backend import penguins, seeds
from bqml_export.errors import StorageError

if TYPE_CHECKING:
    from google.cloud.bigquery import Client


@pytest.mark.parametrize(
    ("table", "rows"), [("iris", 150), ("penguins", 344), ("penguin_nests", 344)]
)
def test_tables_are_there_at_start(bigquery_client: Client, table: str, rows: int) -> None:
    """Under the names that BigQuery ML's tutorials use; the nests are ours."""
    found = bigquery_client.get_table(f"bigquery-public-data.ml_datasets.{table}")
    assert found.num_rows == rows


def test_penguins_are_bigquerys(bigquery_client: Client) -> None:
    """Columns, their order and types, and the three spellings of sex with its NULLs."""
    sql = "SELECT * FROM `bigquery-public-data.ml_datasets.penguins`"
    result = bigquery_client.query_and_wait(sql)
    assert [(f.name, f.field_type) for f in result.schema] == [
        ("species", "STRING"), ("island", "STRING"), ("culmen_length_mm", "FLOAT"),
        ("culmen_depth_mm", "FLOAT"), ("flipper_length_mm", "FLOAT"), ("body_mass_g", "FLOAT"),
        ("sex", "STRING"),
    ]  # fmt: skip
    birds = [dict(row) for row in result]
    sexes = [bird["sex"] for bird in birds]
    assert {s: sexes.count(s) for s in set(sexes)} == {
        "MALE": 168, "FEMALE": 165, ".": 1, None: 10,
    }  # fmt: skip
    assert sum(bird["body_mass_g"] is None for bird in birds) == 2
    assert "Adelie Penguin (Pygoscelis adeliae)" in {bird["species"] for bird in birds}


def test_nests_have_dates_booleans_and_nulls() -> None:
    """A binary label, categories, NULLs and dates in one table."""
    rows = penguins.penguin_nests()
    types = {field.name: field.type for field in rows.fields}
    assert (types["egg_date"], types["clutch_completed"]) == ("DATE", "BOOL")
    assert set(rows.columns["clutch_completed"]) == {True, False}
    assert [rows.columns["sex"].count(s) for s in (None, ".")] == [11, 0]


def test_missing_package_is_named_and_nothing_else_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The services start without the penguins, and standard error says how to get them."""
    monkeypatch.setattr(penguins, "find_spec", lambda _name: None)
    planted: list[str] = []
    monkeypatch.setattr(seeds, "_plant", lambda _backend, table, _rows: planted.append(table))

    class Backend:
        """Has the dataset already."""

        def ensure_dataset(self, _project: str, _dataset: str) -> None: ...

    seeds.plant_seeds(Backend())  # type: ignore[arg-type]
    assert planted == ["iris"]
    assert "ml_datasets.penguins is not there" in (said := capsys.readouterr().err)
    assert "pip install palmerpenguins" in said


def test_file_of_another_layout_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later package with other columns does not make wrong tables."""
    monkeypatch.setattr(penguins, "_FILE", "data/penguins.csv")
    with pytest.raises(StorageError, match="is not the file of palmerpenguins"):
        penguins.penguins()
