"""`train`, `describe`, `export` and `pull`, each on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bqml_export.cli.conftest import Run


def test_the_steps_work_one_after_the_other(run: Run, tiny_sql_file: Path, tmp_path: Path) -> None:
    """What one command prints is what the next one takes."""
    model = run("train", tiny_sql_file).stdout.strip()
    assert model == "local.shop.tiny"
    uri = run("export", model).stdout.strip()
    assert uri.startswith("gs://bqml-exports/shop.tiny/")
    ran = run("pull", uri, "--root", tmp_path / "root", "--model", "tiny")
    assert ran.stdout.strip() == str(tmp_path / "root" / "tiny" / "1")
    assert "pulled " in ran.stderr


def test_training_reads_stdin_and_answers_in_json(run: Run, tiny_sql_file: Path) -> None:
    """`-` is stdin; stdout holds the document and nothing else."""
    document = run("train", "-", "--json", stdin=tiny_sql_file.read_text()).document()
    assert document["model"] == "local.shop.tiny"
    assert document["metrics"]["meanSquaredError"] >= 0


def test_a_description_says_whether_the_model_can_be_exported(
    run: Run, tiny_sql_file: Path
) -> None:
    """Schema, options and metrics, for people and for machines."""
    run("train", tiny_sql_file)
    document = run("describe", "shop.tiny", "--json").document()
    assert document["exportable"] is True
    assert document["feature_columns"] == [{"name": "petal_length", "type": "FLOAT64"}]
    table = run("describe", "shop.tiny").stdout
    assert "petal_length   FLOAT64   feature" in table


def test_dry_runs_print_the_request(run: Run, tiny_sql_file: Path, tmp_path: Path) -> None:
    """Each step prints the body of its job, or the files that it would write."""
    training = run("train", tiny_sql_file, "--force", "--dry-run").document()
    assert training["request"]["configuration"]["query"]["query"] == tiny_sql_file.read_text()
    run("train", tiny_sql_file)
    uri = run("export", "shop.tiny").stdout.strip()
    export = run("export", "shop.tiny", "--dry-run").document()
    assert (export["action"], export["uri"]) == ("nothing", uri)
    pull = run("pull", uri, "--root", tmp_path / "r", "--model", "t", "--dry-run").document()
    assert "saved_model.pb" in pull["files"]
    assert not (tmp_path / "r").exists()


def test_an_error_of_the_service_is_one_line(run: Run) -> None:
    """BigQuery's words, without the request that was made."""
    ran = run("describe", "nowhere.none")
    assert ran.exit_code == 1
    assert ran.stderr.splitlines()[0] == "error: model local.nowhere.none does not exist"
