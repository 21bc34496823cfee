"""Publishing an export folder that people already have."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bqml_export.errors import ExportLayoutError, PublishError
from bqml_export.repository.local_copy import copy_export
from bqml_export.repository.publish import publish
from bqml_export.repository.record import Record, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from bqml_export.repository.versions import Version

SERVABLE = ["iris_logistic_reg", "tip_linear_reg", "tip_linear_reg_float32"]
REFUSED = ["linear_reg_transform", "transform_only", "xgb_boosted_tree_regressor_model"]


def put(export: Path, root: Path) -> Version:
    """Publishes the export folder as the model `m`."""
    return publish(root, "m", None, source=str(export), fill=lambda f: copy_export(export, f))


@pytest.mark.parametrize("name", SERVABLE)
def test_a_real_export_is_published_byte_for_byte(
    real_exports: Path, tmp_path: Path, name: str
) -> None:
    """Every file of the export is in the version, unchanged."""
    version = put(real_exports / name, tmp_path)
    for path in (real_exports / name).rglob("*"):
        if path.is_file():
            copy = version.folder / path.relative_to(real_exports / name)
            assert copy.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", REFUSED)
def test_a_real_export_that_is_not_served_yet_is_refused(
    real_exports: Path, tmp_path: Path, name: str
) -> None:
    """TRANSFORM, TRANSFORM_ONLY and boosters publish nothing."""
    with pytest.raises(ExportLayoutError, match="not served yet"):
        put(real_exports / name, tmp_path)
    assert list((tmp_path / "m").iterdir()) == []


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """A typo is told from an export that cannot be served."""
    with pytest.raises(ExportLayoutError, match="there is no folder"):
        put(tmp_path / "typo", tmp_path)


def test_what_the_folder_knows_about_itself_is_kept(
    make_export: Callable[..., Path], tmp_path: Path
) -> None:
    """A folder with a bqml.json, such as another repository's version, keeps its knowledge."""
    export = make_export()
    write_record(export, Record(sql="CREATE MODEL ...", source_uri="gs://b/p"))
    record = read_record(put(export, tmp_path / "r").folder)
    assert record is not None
    assert (record.sql, record.source_uri) == ("CREATE MODEL ...", "gs://b/p")


def test_a_version_that_was_changed_since_is_not_copied_on(
    make_export: Callable[..., Path], tmp_path: Path
) -> None:
    """Files that do not match the folder's own record are damage, not news."""
    first = put(make_export(), tmp_path / "r").folder
    moved = Path(shutil.copytree(first, tmp_path / "moved"))
    (moved / "saved_model.pb").write_bytes(b"other")
    with pytest.raises(PublishError, match=r"saved_model\.pb"):
        put(moved, tmp_path / "r")
