"""The real `bq`, without a flag that names the embedded services."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from pathlib import Path

CommandLine: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]
IRIS = "`bigquery-public-data.ml_datasets.iris`"


@pytest.fixture
def bq(run: CommandLine) -> CommandLine:
    """Runs `bq` with the given words."""

    def run_bq(*words: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
        return run("bq", *words, exit_code=exit_code)

    return run_bq


def _json(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def test_datasets_and_tables(bq: CommandLine, dataset: str, tmp_path: Path) -> None:
    """mk, load, insert, head, cp, show, ls and rm of datasets and tables."""
    (tmp_path / "iris.csv").write_text("sl,species\n5.1,setosa\n7.0,versicolor\n")
    (tmp_path / "rows.json").write_text('{"sl": 6.3, "species": "virginica"}\n')
    bq("mk", "--location=EU", "-d", f"{dataset}_eu")
    assert _json(bq("show", "--format=prettyjson", f"{dataset}_eu"))["location"] == "EU"
    bq("load", "--autodetect", "--source_format=CSV", f"{dataset}.iris", "iris.csv")
    bq("insert", f"{dataset}.iris", "rows.json")
    bq("cp", f"{dataset}.iris", f"{dataset}.copy")
    assert "setosa" in bq("head", "-n", "1", f"{dataset}.copy").stdout
    assert _json(bq("show", "--format=json", f"{dataset}.copy"))["numRows"] == "3"
    bq("rm", "-f", "-t", f"{dataset}.copy")
    (listed,) = _json(bq("ls", "--format=json", dataset))
    assert listed["tableReference"]["tableId"] == "iris"
    refused = bq("rm", "-f", "-d", dataset, exit_code=1)
    assert "still in use" in refused.stdout
    bq("rm", "-r", "-f", "-d", dataset)
    assert dataset not in bq("ls").stdout.split()


def test_queries(bq: CommandLine, dataset: str) -> None:
    """Rows as CSV, the results of each statement of a script, a destination table, a dry run."""
    counted = f"SELECT species, COUNT(*) AS n FROM {IRIS} GROUP BY species ORDER BY species"
    done = bq("query", "--nouse_legacy_sql", "--format=csv", counted)
    assert done.stdout.split() == ["species,n", "setosa,50", "versicolor,50", "virginica,50"]
    script = f"CREATE TABLE {dataset}.t AS SELECT 7 AS x; SELECT x FROM {dataset}.t; SELECT 2"
    printed = bq("query", "--nouse_legacy_sql", script).stdout
    assert f"Created local.{dataset}.t" in printed
    assert "| x |" in printed
    assert "| f0_ |" in printed
    bq("query", "--nouse_legacy_sql", f"--destination_table={dataset}.kept", "SELECT 1 AS a")
    assert "| 1 |" in bq("head", f"{dataset}.kept").stdout
    dry = bq("query", "--nouse_legacy_sql", "--dry_run", f"SELECT sepal_width FROM {IRIS}")
    assert "will process 1200 bytes" in dry.stdout


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM nowhere.t", "Dataset local:nowhere"),
        ("SELEC 1", "Syntax error"),
        ("CREATE MODEL {d}.m OPTIONS(model_type='kmeans_x') AS SELECT 1 AS x", "kmeans_x"),
    ],
)
def test_a_failed_query_says_why(bq: CommandLine, dataset: str, sql: str, words: str) -> None:
    """What is wrong is printed in BigQuery's words, at once."""
    done = bq("query", "--nouse_legacy_sql", sql.format(d=dataset), exit_code=_failed(words))
    assert words.lower() in " ".join(done.stdout.split()).lower()


def _failed(words: str) -> int:
    return 2 if words.startswith("Dataset") else 1


def test_models(bq: CommandLine, model: str, bucket: str) -> None:
    """Models: ls -m, show -m, extract -m and rm -m; ML.PREDICT in a query."""
    dataset, _, name = model.partition(".")
    assert "LOGISTIC_REGRESSION" in bq("ls", "-m", dataset).stdout
    assert "species: string" in bq("show", "-m", model).stdout
    shown = _json(bq("show", "-m", "--format=prettyjson", model))
    assert shown["modelReference"]["modelId"] == name
    sql = f"SELECT COUNT(*) AS n FROM ML.PREDICT(MODEL {model}, TABLE {IRIS})"
    assert bq("query", "--nouse_legacy_sql", "--format=csv", sql).stdout.split() == ["n", "150"]
    saved_model = ["--destination_format=ML_TF_SAVED_MODEL", model, f"gs://{bucket}/folder"]
    bq("--location=US", "extract", "-m", *saved_model)
    bq("rm", "-f", "-m", model)
    assert "Not found: Model" in bq("show", "-m", model, exit_code=2).stdout


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--destination_format=ML_XGBOOST_BOOSTER"], "ML_XGBOOST_BOOSTER is not valid"),
        (["--trial_id=2"], "trial id"),
    ],
)
def test_an_extract_that_cannot_work_is_refused(
    bq: CommandLine, model: str, bucket: str, flags: list[str], words: str
) -> None:
    """A wrong format and a trial of a model without trials are named."""
    done = bq("extract", "-m", *flags, model, f"gs://{bucket}/folder", exit_code=1)
    assert words in " ".join(done.stdout.split())


def test_jobs(bq: CommandLine) -> None:
    """A job whose id the user chose can be listed, shown, waited for and cancelled too late."""
    bq("query", "--nouse_legacy_sql", "--job_id=chosen-by-me", "SELECT 1 AS x")
    again = bq("query", "--nouse_legacy_sql", "--job_id=chosen-by-me", "SELECT 1", exit_code=2)
    assert "Already Exists: Job local:chosen-by-me" in " ".join(again.stdout.split())
    assert "chosen-by-me" in bq("ls", "-j", "-n", "5").stdout
    assert "SUCCESS" in bq("show", "-j", "chosen-by-me").stdout
    assert "SUCCESS" in bq("wait", "chosen-by-me").stdout
    assert "completed before it could be cancelled" in bq("cancel", "chosen-by-me").stdout
