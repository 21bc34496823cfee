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

    Attributes:
        epoch_s: Start of the run's clock, seconds since 1970.
        worker: Name of the process in the samples.
        out_fd: File descriptor for the samples of all processes; None in a worker.
        workers: How many processes send, in all.
    """

    epoch_s: float
    worker: str
    out_fd: int | None
    workers: int

    def to_environment(self) -> dict[str, str]:
        return {ROLE_VARIABLE: json.dumps(asdict(self))}


def role_of_process(environ: Mapping[str, str] = os.environ) -> ProcessRole | None:
    """Returns the role of this process; None for a `locust` that a person has started."""
    text = environ.get(ROLE_VARIABLE)
    return ProcessRole(**json.loads(text)) if text else None


def settings_of_process(environ: Mapping[str, str] = os.environ) -> LoadTestSettings:
    """Returns the settings of a `locust` process: a file that a variable names, and variables.

    Raises:
        SettingsError: A key is unknown, a value malformed, or two values contradict each other.
    """
    file = environ.get(FILE_VARIABLE)
    sources = [file_source(Path(file))] if file else []
    return load(*sources, env_source(environ)).settings


def default_worker_name() -> str:
    """Returns a name for a process that was given none: its machine and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"
