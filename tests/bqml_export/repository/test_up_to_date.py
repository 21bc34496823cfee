"""When a SQL text has been published already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bqml_export.model_reference import ModelReference
from bqml_export.repository.local_copy import copy_export
from bqml_export.repository.publish import publish
from bqml_export.repository.record import Record
from bqml_export.repository.up_to_date import is_published, newest_made_from

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KNOWN = Record(
    model_reference=ModelReference("p", "d", "m"),
    sql_sha256="abc",
    engine="embedded",
    etag="e1",
)


@pytest.fixture
def put(make_export: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Publishes a model with a given record."""
    export = make_export()

    def fill(record: Record) -> Callable[[Path], Record]:
        def put_files(folder: Path) -> Record:
            copy_export(export, folder)
            return record

        return put_files

    def put_version(record: Record, name: str = "m") -> Path:
        return publish(tmp_path / "r", name, None, source="x", fill=fill(record)).folder

    return put_version


def test_the_same_sql_is_found_with_and_without_the_name(
    put: Callable[..., Path], tmp_path: Path
) -> None:
    """Without a name, the model that bears the name from the SQL is meant."""
    folder = put(KNOWN)
    for name in ("m", None):
        found = newest_made_from(tmp_path / "r", name, "abc", "embedded")
        assert found is not None
        assert found[0].folder == folder


@pytest.mark.parametrize(
    ("name", "sql_sha256", "engine"),
    [("other", "abc", "embedded"), ("m", "abd", "embedded"), ("m", "abc", "bigquery")],
)
def test_another_model_sql_or_engine_is_not_it(
    put: Callable[..., Path], tmp_path: Path, name: str, sql_sha256: str, engine: str
) -> None:
    """The embedded engine's model is never taken for BigQuery's."""
    put(KNOWN)
    assert newest_made_from(tmp_path / "r", name, sql_sha256, engine) is None


def test_a_copy_under_another_name_needs_that_name(
    put: Callable[..., Path], tmp_path: Path
) -> None:
    """What was published as `copy` is not what `up` without --model would publish."""
    put(KNOWN, "copy")
    assert newest_made_from(tmp_path / "r", None, "abc", "embedded") is None
    assert newest_made_from(tmp_path / "r", "copy", "abc", "embedded") is not None


def test_only_the_newest_version_counts(put: Callable[..., Path], tmp_path: Path) -> None:
    """Going back to an older SQL text publishes it again, as the newest version."""
    put(KNOWN)
    put(replace(KNOWN, sql_sha256="new"))
    assert newest_made_from(tmp_path / "r", "m", "abc", "embedded") is None


@pytest.mark.parametrize("damage", ["saved_model.pb", "bqml.json"])
def test_a_damaged_version_is_not_up_to_date(
    put: Callable[..., Path], tmp_path: Path, damage: str
) -> None:
    """A file that changed, or a record that cannot be read, means publishing again."""
    (put(KNOWN) / damage).write_bytes(b"damaged")
    assert newest_made_from(tmp_path / "r", "m", "abc", "embedded") is None
    assert is_published(tmp_path / "r", "m", KNOWN) is None


def test_the_very_model_is_recognised_by_its_etag(put: Callable[..., Path], tmp_path: Path) -> None:
    """A retrained model has another etag, even from the same SQL."""
    put(KNOWN)
    assert is_published(tmp_path / "r", "m", KNOWN) is not None
    assert is_published(tmp_path / "r", "m", replace(KNOWN, etag="e2")) is None
