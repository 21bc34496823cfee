"""Gives the memory of unloaded models back to the operating system."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_memory_back() -> None:
    """Frees what only reference cycles keep alive, and returns free heap pages to the system.

    TensorFlow's Python graph is full of cycles, and the C library keeps freed pages for itself: a
    replica would otherwise grow with every reload.
    """
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def set_imports_aside() -> None:
    """Takes all objects of now out of later garbage collections, which thus stay short.

    Called once the libraries are imported: their half a million objects live as long as the
    process, and looking through them would stop every request for a fifth of a second.
    """
    gc.collect()
    gc.freeze()
