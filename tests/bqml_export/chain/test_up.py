"""The whole chain, interrupted and run again: nothing is done twice, nothing is lost."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.bucket.uri import BucketUri
from bqml_export.chain.up import Outcome, Wish, dry_run, up
from bqml_export.errors import NotSupportedError, UsageError
from bqml_export.repository.record import read_record
from bqml_export.warehouse.statement import read_statement

if TYPE_CHECKING:
    from pathlib import Path

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
    wish = Wish(statement=wanted, root=root, model="m", destination=None, force=force)
    return up(clients, wish, lines.append)


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
    wish = Wish(
        statement=tiny_statement,
        root=tmp_path,
        model="m",
        destination=BucketUri("in-europe", ""),
        force=True,
    )
    with pytest.raises(UsageError, match="only within one location"):
        up(google_clients, wish, lambda _: None)


def test_a_dry_run_does_nothing(google_clients: Clients, tmp_path: Path) -> None:
    """The steps are named, the request of the first one is complete, and no job was sent."""
    wanted = read_statement(
        "CREATE MODEL shop.dry OPTIONS(model_type='linear_reg', input_label_cols=['petal_width']) "
        "AS SELECT petal_length, petal_width FROM `bigquery-public-data.ml_datasets.iris`"
    )
    wish = Wish(statement=wanted, root=tmp_path, model="m", destination=None, force=False)
    steps = dry_run(google_clients, wish)
    assert [step["step"] for step in steps] == ["train", "export", "publish"]
    assert steps[0]["request"]["configuration"]["query"]["query"] == wanted.sql
    assert dry_run(google_clients, wish) == steps
    assert list(tmp_path.iterdir()) == []
