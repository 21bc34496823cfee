"""Puts the fast path into the servers that are started in this process from now on."""

from __future__ import annotations

from functools import partial
from typing import Any

from serve_app.hosting.fast_paths import FastPaths


def install(fast_paths: FastPaths) -> None:
    """Makes uvicorn speak through `FastPathProtocol` wherever it chooses the protocol by itself.

    Ray Serve starts the server of a replica with uvicorn's defaults and no way to name another
    protocol; `HTTP_PROTOCOLS` is where uvicorn looks the default up. One replica is one process.
    """
    from uvicorn.config import HTTP_PROTOCOLS

    protocols: dict[str, Any] = HTTP_PROTOCOLS
    protocols["auto"] = protocol(fast_paths)


def protocol(fast_paths: FastPaths) -> Any:  # noqa: ANN401 - uvicorn takes any callable, its type says class
    """Returns what uvicorn's `http` option takes."""
    from serve_app.hosting.uvicorn_protocol import FastPathProtocol

    return partial(FastPathProtocol, fast_paths)
