"""`emulate`: the embedded BigQuery ML and Cloud Storage for other clients."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from bqml_export.cli.options import example, json_option
from bqml_export.cli.output import report, write_document
from bqml_export.client_environment import client_environment, export_lines, write_client_files
from bqml_export.settings import LOCAL_PROJECT


@click.command(
    short_help="Start the embedded BigQuery ML and Cloud Storage.",
    epilog=example("bqml-export emulate > env.sh &    # then, in any shell:  . ./env.sh"),
)
@click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".bqml"),
    show_default=True,
    envvar="BQML_EXPORT_STATE_DIR",
    help="Where the data is kept.",
)
@click.option("--project", default=LOCAL_PROJECT, show_default=True, help="The project's name.")
@click.option("--bigquery-port", type=click.IntRange(0, 65535), default=9050, show_default=True)
@click.option("--storage-port", type=click.IntRange(0, 65535), default=9023, show_default=True)
@json_option
def emulate(
    state_dir: Path, project: str, bigquery_port: int, storage_port: int, *, as_json: bool
) -> None:
    """Serve BigQuery ML and Cloud Storage on loopback until Ctrl-C.

    Prints the environment in which the Python clients, bq, gcloud storage and gsutil talk to them;
    port 0 picks a free port.
    """
    from bqml_export.embedded.services import embedded_services  # heavy

    files = state_dir / "client"
    with embedded_services(
        state_dir, bigquery_port=bigquery_port, storage_port=storage_port, project=project
    ) as endpoints:
        write_client_files(files)
        environment = client_environment(
            endpoints.bigquery_url, endpoints.storage_url, endpoints.project, files
        )
        if as_json:
            write_document({"environment": environment})
        else:
            click.echo(export_lines(environment))
        sys.stdout.flush()
        report("serving until Ctrl-C")
        # The stop signals raise in the main thread; waiting for one that never comes is the wait.
        while True:
            signal.pause()
