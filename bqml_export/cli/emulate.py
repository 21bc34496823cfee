"""`emulate`: the embedded BigQuery ML and Cloud Storage for other clients."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bqml_export.cli._options import state_dir_option
from bqml_export.client_environment import client_environment, export_lines, write_client_files
from bqml_export.embedded.services import Endpoints
from bqml_export.errors import BqmlExportError
from bqml_export.settings import LOCAL_PROJECT
from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_result


def _port_option(service: str, default: int) -> Callable[[Any], Any]:
    return click.option(
        f"--{service}-port",
        type=click.IntRange(0, 65535),
        default=default,
        show_default=True,
        help="0 for a free one.",
    )


@click.command(
    epilog=example('bqml-export emulate    # then, in another shell:  eval "$(... emulate --env)"'),
)
@state_dir_option("Where the data is kept.")
@click.option("--project", default=LOCAL_PROJECT, show_default=True, help="The project's name.")
@_port_option("bigquery", 9050)
@_port_option("storage", 9023)
@click.option(
    "--env",
    "only_env",
    is_flag=True,
    help="Start nothing: print the environment of the services that run on the state folder.",
)
@json_option
def emulate(
    state_dir: Path,
    project: str,
    bigquery_port: int,
    storage_port: int,
    *,
    only_env: bool,
    as_json: bool,
) -> None:
    """Serve BigQuery ML and Cloud Storage on loopback until Ctrl-C.

    Prints the environment in which the Python clients, bq, gcloud storage and gsutil talk to them,
    unchanged and without flags.
    """
    from bqml_export.embedded.services import embedded_services, running_endpoints  # heavy

    files = state_dir.expanduser() / "client"
    if only_env:
        running = running_endpoints(state_dir)
        if running is None:
            raise BqmlExportError(
                f"No embedded services run on {state_dir}",
                hint=f"start them: bqml-export emulate --state-dir {state_dir}",
            )
        _announce(running, files, as_json=as_json)
        return
    with embedded_services(
        state_dir, bigquery_port=bigquery_port, storage_port=storage_port, project=project
    ) as endpoints:
        write_client_files(files, endpoints.bigquery_url)
        _announce(endpoints, files, as_json=as_json)
        report(f"BigQuery ML on {endpoints.bigquery_url}")
        report(f"Cloud Storage on {endpoints.storage_url}")
        report("serving until Ctrl-C")
        _wait_for_stop()
    report("stopped")


def _wait_for_stop() -> None:
    """Returns after Ctrl-C or SIGTERM, which raise in the main thread and are no failure here."""
    with contextlib.suppress(KeyboardInterrupt, SystemExit):
        while True:
            signal.pause()


def _announce(endpoints: Endpoints, files: Path, *, as_json: bool) -> None:
    environment = client_environment(
        endpoints.bigquery_url, endpoints.storage_url, endpoints.project, files
    )
    document = {
        "bigquery_url": endpoints.bigquery_url,
        "storage_url": endpoints.storage_url,
        "project": endpoints.project,
        "environment": environment,
    }
    write_result(document, export_lines(environment), as_json=as_json)
    sys.stdout.flush()
