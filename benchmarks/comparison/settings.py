"""What a benchmark measures, and for how long; frozen, checked once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from foundation.settings.group import Count, Group, PositiveSeconds

Own = Literal["ours-rest", "ours-rest-2", "ours-ingress", "ours-grpc"]
Rival = Literal["echo-ray", "echo-uvicorn", "fastapi-tf", "ray-documented"]

OWN: tuple[str, ...] = get_args(Own)
"""Our service: one replica, two, without the fast path, over gRPC."""
RIVALS: tuple[str, ...] = get_args(Rival)
"""A fixed answer through Ray Serve's ordinary way and by uvicorn alone; what people write."""


class UrlTarget(Group):
    """A server that runs already, and speaks TensorFlow Serving's REST API."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """What it is called in the table."""
    url: Annotated[str, Field(pattern=r"^http://[^/?#]+/?$")]
    """Its base URL, without /v1."""
    pid: Annotated[int, Field(ge=1)] | None = None
    """A process of it, whose CPU and memory count with those of all that descend from it."""


class BenchSettings(Group):
    """One benchmark."""

    root: Path = Path("serving_dir")
    """The model repository that is served."""
    model: str = ""
    """The model to ask; empty takes the only one of the root."""
    names: tuple[Own | Rival, ...] = (*get_args(Own), *get_args(Rival))
    """The servers to start."""
    targets: tuple[UrlTarget, ...] = ()
    """Servers that run already."""
    connections: tuple[Count, ...] = (1, 8, 64)
    """Connections that send one request after the other."""
    rows: tuple[Count, ...] = (1, 32)
    """Rows of a request; more than the first are measured with the most connections only."""
    rounds: Count = 3
    """How often every server is visited."""
    measure_s: PositiveSeconds = 3.0
    """Seconds of one measurement, after a third of it to warm up."""
    budget_s: PositiveSeconds = 600.0
    """Seconds after which no further round begins."""
    generator: Literal["auto", "wrk", "builtin"] = "auto"
    """What sends the REST requests: `wrk`, which costs the least, where it is installed."""
    baseline: str = "ours-rest"
    """The server that the others are compared with."""
    start_timeout_s: PositiveSeconds = 120.0
    """Seconds that a server may take to start."""

    @model_validator(mode="after")
    def _something_to_measure(self) -> Self:
        names = [*self.names, *(target.name for target in self.targets)]
        if not names:
            raise ValueError("no server is left to measure")
        if len(set(names)) < len(names):
            raise ValueError("two servers have the same name")
        return self
