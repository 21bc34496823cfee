"""The files of a folder by relative path, with nothing unsafe among them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from bqml_export.errors import ExportLayoutError


def safe_relative_path(name: str) -> bool:
    """Returns whether `name` is a plain path below its folder, for example `variables/x.index`.

    Refused: empty names, absolute ones, `.`, `..` and empty segments, control characters,
    backslashes, text that is not UTF-8, and segments longer than a file name may be.
    """
    try:
        segments = [segment.encode("utf-8") for segment in name.split("/")]
    except UnicodeEncodeError:
        return False
    plain = "\\" not in name and all(char.isprintable() for char in name)
    return plain and all(
        segment not in (b"", b".", b"..") and len(segment) <= 255 for segment in segments
    )


def list_files(folder: Path) -> list[str]:
    """Returns the relative path of every file below `folder`, sorted, separated by `/`.

    A symbolic link counts as the file that it leads to, if that lies inside the folder.

    Raises:
        ExportLayoutError: There is a link that leads outside or to a folder, a socket, pipe or
            device, or a name that cannot be stored safely.
    """
    root = folder.resolve()
    return sorted(_walk(root, root))


def _walk(folder: Path, root: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            name = path.relative_to(root).as_posix()
            if not safe_relative_path(name):
                raise ExportLayoutError(f"the file name {name!r} is not safe", hint="rename it")
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(path, root)
            else:
                _require_file_inside(path, root, name)
                yield name


def _require_file_inside(path: Path, root: Path, name: str) -> None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as exc:
        raise ExportLayoutError(f"'{name}' is a link that leads nowhere") from exc
    if not target.is_relative_to(root):
        raise ExportLayoutError(
            f"'{name}' is a link that leads outside the folder, to {target}",
            hint="copy the export with `cp -rL` first",
        )
    if not stat.S_ISREG(target.stat().st_mode):
        raise ExportLayoutError(
            f"'{name}' is not a regular file", hint="copy the export with `cp -rL` first"
        )
