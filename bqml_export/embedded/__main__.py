"""`python -m bqml_export.embedded`: runs the embedded services until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from bqml_export.embedded.services import Endpoints, embedded_services
from bqml_export.errors import BqmlExportError

DEFAULT_STATE_DIR = Path(".bqml")


def serve_until_stopped(
    state_dir: Path,
    *,
    bigquery_port: int = 0,
    storage_port: int = 0,
    project: str = "local",
    announce: Callable[[Endpoints], None] | None = None,
) -> None:
    """Runs both services until SIGINT or SIGTERM; `announce` is called when they answer."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with embedded_services(
        state_dir, bigquery_port=bigquery_port, storage_port=storage_port, project=project
    ) as endpoints:
        (announce or print_environment)(endpoints)
        stopped.wait()


def print_environment(endpoints: Endpoints) -> None:
    for name, value in endpoints.environment().items():
        print(f"export {name}={value}")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bqml_export.embedded", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=DEFAULT_STATE_DIR)
    parser.add_argument("--bigquery-port", type=int, default=0, help="0 for a free port")
    parser.add_argument("--storage-port", type=int, default=0, help="0 for a free port")
    parser.add_argument("--project", default="local", help="the project that clients use")
    given = parser.parse_args(arguments)
    try:
        serve_until_stopped(
            given.state_dir,
            bigquery_port=given.bigquery_port,
            storage_port=given.storage_port,
            project=given.project,
        )
    except BqmlExportError as exc:
        print(f"error: {exc}", file=sys.stderr)
        return exc.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
