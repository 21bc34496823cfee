"""What a Locust process knows of the run that it is part of, from its environment."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from loadtest.settings.load import FILE_VARIABLE, env_source, file_source, load
from loadtest.settings.load_test import LoadTestSettings

ROLE_VARIABLE = "LOADTEST_ROLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRole:
    """Handed by the generator to each Locust process that it starts.

    `epoch_s` is the start of the run's clock, `out_fd` where the samples of all processes go (None
    in a worker), `workers` how many processes send, in all.
    """

    epoch_s: float
    worker: str
    out_fd: int | None
    workers: int

    def to_environment(self) -> dict[str, str]:
        return {ROLE_VARIABLE: json.dumps(asdict(self))}


def role_of_process(environ: Mapping[str, str] = os.environ) -> ProcessRole | None:
    text = environ.get(ROLE_VARIABLE)
    return ProcessRole(**json.loads(text)) if text else None


def settings_of_process(environ: Mapping[str, str] = os.environ) -> LoadTestSettings:
    file = environ.get(FILE_VARIABLE)
    sources = [file_source(Path(file))] if file else []
    return load(*sources, env_source(environ)).settings


def default_worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
