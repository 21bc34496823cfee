"""A version folder appears complete, under a number of its own, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bqml_export.errors import ExportLayoutError, PublishError
from bqml_export.repository.digests import compare
from bqml_export.repository.local_copy import copy_export
from bqml_export.repository.publish import publish
from bqml_export.repository.record import Record, read_record
from bqml_export.repository.versions import Version, versions_of

MakeExport = Callable[..., Path]

# Publishes an export, but stops for good once every file is in the incoming folder.
HANGING_PUBLISHER = """
import sys, time
from pathlib import Path
from bqml_export.repository.local_copy import copy_export
from bqml_export.repository.publish import publish

def fill(incoming):
    record = copy_export(Path(sys.argv[1]), incoming)
    print("filled", flush=True)
    time.sleep(600)
    return record

publish(Path(sys.argv[2]), "m", None, source="x", fill=fill)
"""


def put(export: Path, root: Path, version: int | None = None) -> Version:
    """Publishes the export folder as the model `m`."""
    return publish(
        root, "m", version, source="export", fill=lambda incoming: copy_export(export, incoming)
    )


def names(folder: Path) -> list[str]:
    """Returns the entries of a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_the_first_version_is_1_and_the_next_one_is_free(
    make_export: MakeExport, tmp_path: Path
) -> None:
    """Numbers grow by one and nothing but versions is left in the model's folder."""
    export, root = make_export(), tmp_path / "new" / "root"
    assert [put(export, root).number for _ in range(3)] == [1, 2, 3]
    assert names(root / "m") == ["1", "2", "3"]


def test_the_next_number_is_above_the_highest(make_export: MakeExport, tmp_path: Path) -> None:
    """A gap is not filled: a later model must never have a lower number."""
    export = make_export()
    assert put(export, tmp_path, 7).number == 7
    assert put(export, tmp_path).number == 8


@pytest.mark.parametrize("existing", ["5", "05"])
def test_an_existing_version_is_never_overwritten(
    make_export: MakeExport, tmp_path: Path, existing: str
) -> None:
    """An explicit number that is taken is an error, and what is there stays as it is."""
    (tmp_path / "m" / existing).mkdir(parents=True)
    (tmp_path / "m" / existing / "mine").write_text("kept")
    with pytest.raises(PublishError, match="never overwritten"):
        put(make_export(), tmp_path, 5)
    assert (tmp_path / "m" / existing / "mine").read_text() == "kept"


def test_the_record_describes_every_file(make_export: MakeExport, tmp_path: Path) -> None:
    """Hashes match, TensorFlow's version is read, and what is not known is null."""
    version = put(make_export(), tmp_path)
    record = read_record(version.folder)
    assert record is not None
    assert record.files is not None
    assert not compare(version.folder, record.files).damaged
    assert record.tensorflow_version == "2.21.0"
    assert (record.sql, record.model_type, record.feature_columns) == (None, None, None)


def test_everybody_may_read_a_version(make_export: MakeExport, tmp_path: Path) -> None:
    """Files are 0644 and folders 0755, whatever the umask and the source were."""
    export = make_export()
    (export / "saved_model.pb").chmod(0o600)
    before = os.umask(0o077)
    try:
        version = put(export, tmp_path / "root")
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in version.folder.iterdir()}
    assert modes == {"saved_model.pb": 0o644, "bqml.json": 0o644}
    folders = (version.folder, version.folder.parent, tmp_path / "root")
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o755}


def test_what_is_refused_leaves_nothing(make_export: MakeExport, tmp_path: Path) -> None:
    """A folder that is no export creates no version and leaves no temporary folder."""
    export = make_export(files={"model.bst": b"x"})
    with pytest.raises(ExportLayoutError, match="boosted tree"):
        publish(
            tmp_path / "r", "m", None, source="x", fill=lambda folder: _fill_booster(export, folder)
        )
    assert names(tmp_path / "r" / "m") == []


def _fill_booster(export: Path, folder: Path) -> Record:
    (folder / "model.bst").write_bytes((export / "model.bst").read_bytes())
    return Record()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, OSError])
def test_an_interrupted_publish_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    """Ctrl-C, SIGTERM and a full disk remove the temporary folder on their way out."""

    def fill(folder: Path) -> Record:
        (folder / "half").write_text("x")
        raise error

    with pytest.raises(error):
        publish(tmp_path, "m", None, source="x", fill=fill)
    assert names(tmp_path / "m") == []


def test_concurrent_publishers_do_not_clash(make_export: MakeExport, tmp_path: Path) -> None:
    """Eight publishers that reach the rename together get eight numbers."""
    export, together = make_export(), threading.Barrier(8)

    def fill(folder: Path) -> Record:
        record = copy_export(export, folder)
        together.wait(30)
        return record

    with ThreadPoolExecutor(8) as pool:
        futures = [
            pool.submit(publish, tmp_path, "m", None, source="x", fill=fill) for _ in range(8)
        ]
        numbers = sorted(future.result().number for future in futures)
    assert numbers == list(range(1, 9))
    assert all(read_record(version.folder) for version in versions_of(tmp_path, "m"))


def test_of_two_publishers_of_one_number_one_fails(make_export: MakeExport, tmp_path: Path) -> None:
    """An explicit number that was free at the start and taken at the end is an error."""
    export = make_export()

    def fill(folder: Path) -> Record:
        put(export, tmp_path, 1)
        return copy_export(export, folder)

    with pytest.raises(PublishError, match="exists already"):
        publish(tmp_path, "m", 1, source="x", fill=fill)
    assert names(tmp_path / "m") == ["1"]


def test_a_killed_publish_leaves_no_version_and_the_next_cleans_up(
    make_export: MakeExport, tmp_path: Path
) -> None:
    """After kill -9 no version exists; the next publish works and removes what was left."""
    export, root = make_export(), tmp_path / "root"
    arguments = [sys.executable, "-c", HANGING_PUBLISHER, str(export), str(root)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"filled\n"
        assert put(export, root).number == 1, "a living publisher is left alone"
        assert len(list((root / "m").glob(".incoming-*"))) == 1
        process.send_signal(signal.SIGKILL)
    assert versions_of(root, "m")[-1].number == 1
    assert put(export, root).number == 2
    assert names(root / "m") == ["1", "2"]
