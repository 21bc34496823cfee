"""Writing that a power cut or a kill cannot leave half done."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Puts a file in place of `path` by one rename; readers see the old one or the new one."""
    # A dot before its name: no server takes it for a version.
    fresh = path.with_name(f".{path.name}-{secrets.token_hex(6)}")
    try:
        fresh.write_bytes(content)
        sync(fresh, mode=0o644)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync(path.parent)


def append_line(path: Path, line: str) -> None:
    """Adds one line to the end of a file, in one write."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, f"{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(path: Path, mode: int | None = None) -> None:
    """Returns when a file or folder is on the disk, with this mode if one is given."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if mode is not None:
            os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
