"""The whole chain, interrupted and run again: nothing is done twice, nothing is lost."""

from __future__ import annotations

import functools
import importlib
import multiprocessing
import os
import shutil
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.bucket.uri import BucketUri
from bqml_export.chain.up import Outcome, UpRequest, dry_run, up
from bqml_export.cli.group import cli
from bqml_export.errors import NotFoundError, NotSupportedError, PreflightError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.record import read_record
from bqml_export.repository.versions import versions_of
from bqml_export.warehouse.statement import read_statement

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from bqml_export.warehouse.statement import TrainingStatement


def run(
    clients: Clients,
    wanted: TrainingStatement,
    root: Path,
    lines: list[str],
    *,
    force: bool = False,
) -> Outcome:
    """Runs the chain for the model `m`."""
    asked = UpRequest(source=wanted, root=root, model="m", destination=None, force=force)
    return up(clients, asked, lines.append)


def test_the_second_run_does_nothing(
    google_clients: Clients, tiny_statement: TrainingStatement, tmp_path: Path
) -> None:
    """Training, export and version of the first run are found and kept."""
    first = run(google_clients, tiny_statement, tmp_path, [])
    lines: list[str] = []
    second = run(google_clients, tiny_statement, tmp_path, lines)
    assert (first.published_now, second.published_now) == (True, False)
    assert second.version == first.version
    assert sum("already" in line for line in lines) == 3


def test_a_lost_repository_is_filled_again_without_training(
    google_clients: Clients, tiny_statement: TrainingStatement, tmp_path: Path
) -> None:
    """Only what is missing is done."""
    run(google_clients, tiny_statement, tmp_path, [])
    shutil.rmtree(tmp_path / "m")
    lines: list[str] = []
    assert run(google_clients, tiny_statement, tmp_path, lines).published_now
    assert any("is trained already" in line for line in lines)
    assert any("is exported already" in line for line in lines)


def test_force_trains_and_publishes_the_next_version(
    google_clients: Clients, tmp_path: Path
) -> None:
    """--force makes a new model, and with it a new version."""
    wanted = read_statement(
        "CREATE OR REPLACE MODEL shop.again OPTIONS(model_type='linear_reg', "
        "input_label_cols=['petal_width']) AS SELECT petal_length, petal_width "
        "FROM `bigquery-public-data.ml_datasets.iris`"
    )
    first = run(google_clients, wanted, tmp_path, [])
    second = run(google_clients, wanted, tmp_path, [], force=True)
    assert [first.version.number, second.version.number] == [1, 2]
    records = [read_record(outcome.version.folder) for outcome in (first, second)]
    assert records[0] != records[1]
    assert {record.sql_sha256 for record in records if record} == {wanted.sha256}


@pytest.mark.parametrize(
    ("clauses", "words"),
    [
        ("TRANSFORM(a) OPTIONS(model_type='linear_reg')", "TRANSFORM"),
        ("OPTIONS(model_type='boosted_tree_regressor')", "boosted tree"),
    ],
)
def test_a_model_that_could_not_be_served_is_not_trained(
    google_clients: Clients, tmp_path: Path, clauses: str, words: str
) -> None:
    """What publish would refuse is refused before it is paid for."""
    wanted = read_statement(f"CREATE MODEL shop.never {clauses} AS SELECT 1 AS a")
    lines: list[str] = []
    with pytest.raises(NotSupportedError, match=words):
        run(google_clients, wanted, tmp_path, lines)
    assert lines == []


def test_a_bucket_somewhere_else_is_refused_before_the_training(
    google_clients: Clients, tiny_statement: TrainingStatement, tmp_path: Path
) -> None:
    """The location of the bucket is compared with that of the dataset."""
    google_clients.storage.create_bucket("in-europe", location="EU")
    asked = UpRequest(
        source=tiny_statement,
        root=tmp_path,
        model="m",
        destination=BucketUri("in-europe", ""),
        force=True,
    )
    with pytest.raises(PreflightError, match="only within one location"):
        up(google_clients, asked, lambda _: None)


def test_a_dry_run_does_nothing(google_clients: Clients, tmp_path: Path) -> None:
    """The steps are named, the request of the first one is complete, and no job was sent."""
    wanted = read_statement(
        "CREATE MODEL shop.dry OPTIONS(model_type='linear_reg', input_label_cols=['petal_width']) "
        "AS SELECT petal_length, petal_width FROM `bigquery-public-data.ml_datasets.iris`"
    )
    asked = UpRequest(source=wanted, root=tmp_path, model="m", destination=None, force=False)
    steps = dry_run(google_clients, asked)
    assert [step["step"] for step in steps] == ["train", "export", "publish"]
    assert steps[0]["request"]["configuration"]["query"]["query"] == wanted.sql
    assert dry_run(google_clients, asked) == steps
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_there_is_deployed_without_its_sql(
    google_clients: Clients, tiny_statement: TrainingStatement, tmp_path: Path
) -> None:
    """Only export, pull and publish are left to do, once."""
    run(google_clients, tiny_statement, tmp_path / "trained", [])
    asked = UpRequest(
        source=ModelReference.parse("shop.tiny"), root=tmp_path, model="t", destination=None
    )
    assert [step["step"] for step in dry_run(google_clients, asked)] == ["export", "publish"]
    first, second = (up(google_clients, asked, lambda _: None) for _ in range(2))
    assert (first.published_now, second.published_now) == (True, False)
    record = read_record(first.version.folder)
    assert record is not None
    assert record.sql == tiny_statement.sql  # from the history of jobs


def test_a_model_that_is_not_there_is_named(google_clients: Clients, tmp_path: Path) -> None:
    """Nothing is created for it."""
    asked = UpRequest(
        source=ModelReference.parse("shop.no"), root=tmp_path, model="t", destination=None
    )
    with pytest.raises(NotFoundError, match=r"model local\.shop\.no does not exist"):
        up(google_clients, asked, lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_two_runs_at_the_same_moment_publish_one_version(
    google_clients: Clients, tiny_statement: TrainingStatement, tmp_path: Path
) -> None:
    """The second waits for the first and finds what it has published."""
    outcomes: list[Outcome] = []

    def one() -> None:
        outcomes.append(run(google_clients, tiny_statement, tmp_path, []))

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.published_now for outcome in outcomes) == [False, False, True]
    assert [version.number for version in versions_of(tmp_path, "m")] == [1]


# Forked, each in an instant, by a process that has loaded the libraries once.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["bqml_export.chain.up", "bqml_export.cli.up"])


def killed_at(point: str, arguments: list[str], environment: dict[str, str]) -> None:
    """Runs the command line and kills itself where the named function would have been called."""
    os.environ.update(environment)
    module, name = point.split(":")
    itself = functools.partial(os.kill, os.getpid(), signal.SIGKILL)
    setattr(importlib.import_module(module), name, lambda *_, **__: itself())
    cli(arguments)


KILL_POINTS = [
    "bqml_export.warehouse.training:wait",
    "bqml_export.warehouse.extract:wait",
    "bqml_export.chain.export:write_manifest",
    "bqml_export.chain.pull:publish",
    "bqml_export.repository.publish:_rename",
    "bqml_export.repository.publish:Version",
]


@pytest.mark.parametrize("point", KILL_POINTS)
def test_killed_anywhere_the_next_run_ends_the_work(
    google_clients: Clients, environment: dict[str, str], tmp_path: Path, point: str
) -> None:
    """One job trained, one exported, one version is published, and no scraps are left."""
    name = point.replace(".", "_").replace(":", "_")
    sql = (
        f"CREATE MODEL shop.{name} OPTIONS(model_type='linear_reg', "
        "input_label_cols=['petal_width']) AS SELECT petal_length, petal_width "
        "FROM `bigquery-public-data.ml_datasets.iris`"
    )
    (tmp_path / "m.sql").write_text(sql)
    arguments = ["up", str(tmp_path / "m.sql"), "--root", str(tmp_path / "r"), "--model", "m"]
    process = FORKS.Process(target=killed_at, args=(point, arguments, environment))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    outcome = run(google_clients, read_statement(sql), tmp_path / "r", [])
    assert outcome.version.number == 1
    assert [entry.name for entry in (tmp_path / "r" / "m").glob(".*") if entry.is_dir()] == []
    jobs = [job.job_id for job in google_clients.bigquery.list_jobs() if _is_about(job, name)]
    assert sorted(job.rpartition("_")[2] for job in jobs) == ["0", "0"]


def _is_about(job: object, model: str) -> bool:
    if not str(getattr(job, "job_id", "")).startswith("bqml_export_"):
        return False
    source = getattr(job, "source", None)
    return model in (getattr(job, "query", "") or "") or model in str(source)
