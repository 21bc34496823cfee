"""Puts the short way into the servers that are started in this process from now on."""

from __future__ import annotations

from functools import partial
from typing import Any

from serve_app.hosting.data_plane import DataPlane


def install(plane: DataPlane) -> None:
    """Makes uvicorn speak through `PredictProtocol` wherever it chooses the protocol by itself.

    Ray Serve starts the server of a replica with uvicorn's defaults and no way to name another
    protocol; `HTTP_PROTOCOLS` is where uvicorn looks the default up. One replica is one process.

    Args:
        plane: What the connections share.
    """
    from uvicorn.config import HTTP_PROTOCOLS

    protocols: dict[str, Any] = HTTP_PROTOCOLS
    protocols["auto"] = protocol(plane)


def protocol(plane: DataPlane) -> Any:  # noqa: ANN401 - uvicorn takes any callable, its type says class
    """Returns what uvicorn's `http` option takes."""
    from serve_app.hosting.uvicorn_protocol import PredictProtocol

    return partial(PredictProtocol, plane)
