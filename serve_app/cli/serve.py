"""`bqml-serve serve`: start the service on this machine and keep it running."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from serve_app.cli.options import load_settings, settings_options

if TYPE_CHECKING:
    from pathlib import Path

    from serve_app.launcher.first_answer import FirstAnswer
    from serve_app.settings import RepositorySettings, ServeSettings


@click.command(epilog="Example: bqml-serve serve --root serving_dir --port 8501")
@settings_options
@click.option("--timeout", "timeout_s", type=float, default=180, show_default=True,
              help="Seconds to wait for the first answered prediction.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document when it answers.")
def serve(timeout_s: float, *, as_json: bool, **options: object) -> None:
    """Serve the model repository with TensorFlow Serving's API, on an autoscaling Ray Serve.

    Prints the URL and a curl line once a prediction has been answered; Ctrl-C stops it.
    """
    from serve_app.launcher.preflight import require_free_port, require_something_to_serve
    from serve_app.launcher.supervisor import is_supervised, supervise

    settings = load_settings(options).settings
    if is_supervised():
        _serve(settings, timeout_s, as_json=as_json)
        return
    require_free_port(settings.http.host, settings.http.port, "--port")
    if settings.grpc.enabled:
        require_free_port(settings.http.host, settings.grpc.port, "--grpc-port")
    if settings.dashboard.enabled:
        require_free_port("127.0.0.1", settings.dashboard.port, "--set dashboard.port=...")
    require_something_to_serve(settings.repository)
    click.echo(f"starting Ray Serve for {_what(settings.repository)} ...", err=True)
    sys.exit(supervise(sys.argv[1:]))


def _what(repository: RepositorySettings) -> Path | str:
    file = repository.model_config_file
    listed = ", ".join(entry.base_path for entry in repository.model_config_list)
    return repository.model_base_path or listed or (file or repository.root).resolve()


def _serve(settings: ServeSettings, timeout_s: float, *, as_json: bool) -> None:
    from serve_app.config.listing import configured
    from serve_app.hosting.local_service import local_service
    from serve_app.launcher.client import Client
    from serve_app.launcher.first_answer import wait_for_first_answers
    from serve_app.launcher.supervisor import run_dir

    stop = _StopRequest()
    with local_service(settings, run_dir()):
        stop.serving = True
        client = Client(f"http://{_reachable(settings.http.host)}:{settings.http.port}")
        answers = wait_for_first_answers(client, configured(settings.repository), timeout_s, stop)
        grpc_target = _grpc_target(client.base_url, settings)
        _print_answers(client.base_url, grpc_target, answers, as_json=as_json)
        stop.wait()
        click.echo("stopping ...", err=True)
        _mute_ray()


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared only


def _grpc_target(base_url: str, settings: ServeSettings) -> str | None:
    """Returns HOST:PORT for gRPC clients, None where the service has no gRPC port."""
    host = urlsplit(base_url).hostname
    return f"{host}:{settings.grpc.port}" if settings.grpc.enabled else None


def _print_answers(
    base_url: str, grpc_target: str | None, answers: list[FirstAnswer], *, as_json: bool
) -> None:
    if as_json:
        models = [dataclasses.asdict(answer) for answer in answers]
        click.echo(json.dumps({"base_url": base_url, "grpc_target": grpc_target, "models": models}))
        return
    for answer in answers:
        click.echo(f"\n{answer.model} version {answer.version} answers at {answer.url}\n")
        click.echo(f"  {answer.curl}\n\n  {json.dumps(answer.answer)}")
    if answers and grpc_target:
        click.echo(f"\ngRPC clients of TensorFlow Serving connect to {grpc_target}")
    if answers:
        click.echo("\nCtrl-C stops the service.")


def _mute_ray() -> None:
    """Drops what Ray's daemons say of each other on stdout while they go down in turn."""
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


class _StopRequest(threading.Event):
    """Set when the supervisor asks for the end, or is gone.

    While Ray is still starting, nothing can be lost and no call of Ray's can be interrupted: the
    process then ends at once, and the supervisor cleans up.
    """

    def __init__(self) -> None:
        super().__init__()
        self.serving = False
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        # Unbuffered: a thread inside sys.stdin would block the interpreter's own end.
        while os.read(0, 1):
            pass
        if not self.serving:
            os._exit(130)
        self.set()
