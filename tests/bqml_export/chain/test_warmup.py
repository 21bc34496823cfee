"""A published version brings rows of its training data, where that is free or was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")

from bqml_export.chain.pull import plan_pull, pull
from bqml_export.chain.warmup import WarmupRequest
from bqml_export.errors import BqmlExportError
from bqml_export.repository.record import read_record
from foundation.repository.layout import WARMUP_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.chain.export import Exported
    from bqml_export.chain.pull import PullPlan
    from bqml_export.clients import Clients
    from bqml_export.repository.versions import Version

BAD_SQL = "CREATE MODEL shop.tiny OPTIONS(model_type='linear_reg') AS SELECT nope FROM shop.gone"


def published(
    clients: Clients, plan: PullPlan, root: Path, rows: int | None
) -> tuple[Version, list[str]]:
    """Returns the version and what was reported on the way."""
    said: list[str] = []
    version = pull(clients, plan, root, "m", None, said.append, warmup=WarmupRequest(rows))
    return version, said


@pytest.fixture
def plan(google_clients: Clients, tiny_export: Exported) -> PullPlan:
    """What pulling the tiny export needs."""
    return plan_pull(google_clients, tiny_export.place)


def test_rows_are_written_hashed_and_announced(
    google_clients: Clients, plan: PullPlan, tmp_path: Path
) -> None:
    """The file is among the version's files; one row is its example."""
    version, said = published(google_clients, plan, tmp_path, 5)
    record = read_record(version.folder)
    assert record is not None
    assert record.files is not None
    assert record.files[WARMUP_NAME].bytes == (version.folder / WARMUP_NAME).stat().st_size
    assert record.example_instance is not None
    assert list(record.example_instance) == ["petal_length"]
    assert any("reading 5 warmup rows of the training query reads" in line for line in said)


@pytest.mark.parametrize(("engine", "rows", "there"), [
    ("embedded", None, True), ("embedded", 0, False), ("bigquery", None, False),
    ("bigquery", 3, True),
])  # fmt: skip
def test_rows_that_cost_bytes_are_only_read_when_asked_for(
    google_clients: Clients, plan: PullPlan, tmp_path: Path, engine: str, rows: int | None,
    there: bool,
) -> None:  # fmt: skip
    """On by default where reading is free, the embedded project."""
    clients = replace(google_clients, engine=engine)
    version, _ = published(clients, plan, tmp_path, rows)
    assert (version.folder / WARMUP_NAME).exists() == there


@pytest.mark.parametrize("sql", [None, BAD_SQL])
def test_warmup_that_nobody_asked_for_never_stops_a_publish(
    google_clients: Clients, plan: PullPlan, tmp_path: Path, sql: str | None
) -> None:
    """It says why there is none."""
    unknown = replace(plan, record=replace(plan.record, sql=sql))
    version, said = published(google_clients, unknown, tmp_path, None)
    assert not (version.folder / WARMUP_NAME).exists()
    assert any(line.startswith("no warmup data: ") for line in said)


@pytest.mark.parametrize("sql", [None, BAD_SQL])
def test_warmup_that_was_asked_for_and_cannot_be_had_is_an_error(
    google_clients: Clients, plan: PullPlan, tmp_path: Path, sql: str | None
) -> None:
    """And nothing is published."""
    unknown = replace(plan, record=replace(plan.record, sql=sql))
    with pytest.raises(BqmlExportError):
        published(google_clients, unknown, tmp_path, 5)
    assert not list(tmp_path.glob("m/[0-9]*"))
