"""The folder in which a version grows before it is published.

It lies beside the versions, so that publishing is one rename, under a name that no server takes
for a version.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bqml_export.repository.lock import locked_folder, remove_abandoned

PREFIX = ".incoming-"


@contextmanager
def incoming_folder(model_folder: Path) -> Iterator[Path]:
    """Yields a new, empty, locked folder in `model_folder` and removes what is left of it.

    Folders that killed processes left behind are removed first.
    """

    def make() -> Path:
        folder = model_folder / f"{PREFIX}{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700)
        return folder

    remove_abandoned(model_folder.glob(f"{PREFIX}*"))
    with locked_folder(make, lambda: None) as folder:
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # gone already when it was published
