"""Keeps TensorFlow's greeting off the terminal while TensorFlow is imported.

Its C++ part writes two lines about log levels and oneDNN straight to file descriptor 2, before any
log level counts.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_GREETING = (b"All log messages before absl::InitializeLog", b"oneDNN custom operations are on")
_STDERR = 2


@contextmanager
def without_greeting() -> Iterator[None]:
    """Delays what is written to stderr until the end, and drops the greeting from it."""
    terminal = os.dup(_STDERR)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(terminal, _STDERR)
            os.close(terminal)
            held.seek(0)
            lines = (line for line in held if not any(text in line for text in _GREETING))
            os.write(_STDERR, b"".join(lines))
