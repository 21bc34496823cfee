"""`load`: a user's own data, then a model of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bqml_export.cli.conftest import Run

SQL = """CREATE OR REPLACE MODEL own.prices
OPTIONS(model_type='linear_reg', input_label_cols=['price']) AS
SELECT rooms, city, price FROM own.houses"""


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    """A CSV file with a number, a category and a label."""
    rows = [f"{n % 5 + 1},{'ab'[n % 2]},{(n % 5 + 1) * 10 + n % 2}" for n in range(40)]
    file = tmp_path / "houses.csv"
    file.write_text("\n".join(["rooms,city,price", *rows]))
    return file


def test_a_model_is_trained_on_a_users_own_file(run: Run, houses: Path, tmp_path: Path) -> None:
    """From a CSV file to a published version, without a cloud account."""
    loaded = run("load", houses, "own.houses", "--replace", "--json").document()
    assert loaded == {"table": "local.own.houses", "rows": 40}
    sql = tmp_path / "prices.sql"
    sql.write_text(SQL)
    assert run("up", sql, "--root", tmp_path / "root").exit_code == 0
    assert (tmp_path / "root" / "prices" / "1" / "saved_model.pb").is_file()
    assert (tmp_path / "root" / "prices" / "1" / "assets" / "city.txt").is_file()


def test_a_table_with_rows_is_not_overwritten_unasked(run: Run, houses: Path) -> None:
    """--replace says so."""
    run("load", houses, "own.kept", "--replace")
    again = run("load", houses, "own.kept")
    assert again.exit_code == 1
    assert "--replace" in again.stderr
    assert run("load", houses, "own.kept", "--replace").exit_code == 0


def test_a_dry_run_prints_the_job(offline: Run, houses: Path) -> None:
    """Nothing is sent."""
    document = offline("load", houses, "own.houses", "--dry-run").document()
    assert document["configuration"]["load"]["sourceFormat"] == "CSV"
    assert document["configuration"]["load"]["writeDisposition"] == "WRITE_EMPTY"


def test_a_file_of_an_unknown_kind_is_refused(offline: Run, tmp_path: Path) -> None:
    """The endings that work are listed."""
    file = tmp_path / "data.xlsx"
    file.touch()
    ran = offline("load", file, "own.houses", "--dry-run")
    assert ran.exit_code == 2
    assert ".parquet" in ran.stderr
