"""Files that are either whole or absent, also after a kill."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

_LONGEST_NAME = 180


def write_atomically(path: Path, content: bytes) -> None:
    """Writes `content` to `path` through a temporary file in the same folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove_unfinished(directory: Path) -> None:
    """Deletes the temporary files that a kill left below a folder."""
    for path in directory.rglob(".*.tmp"):
        path.unlink(missing_ok=True)


def file_name(name: str) -> str:
    """Returns a file name for any resource name; no two names share one, none leaves its folder."""
    quoted = "_" + quote(name, safe="").replace(".", "%2E")
    if len(quoted) <= _LONGEST_NAME:
        return quoted
    return "=" + hashlib.sha256(name.encode()).hexdigest()
