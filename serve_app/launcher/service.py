"""Runs the service on this machine: an isolated Ray cluster, Ray Serve, the application."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serve_app.errors import SettingsError, UnavailableError
from serve_app.launcher.client import Client
from serve_app.launcher.environment import serve_environment
from serve_app.settings.model import ServeSettings

APPLICATION_NAME = "bqml"


@contextmanager
def running_service(settings: ServeSettings, run_dir: Path) -> Iterator[Client]:
    """Starts the service and yields a client of its public port; stops it at the end.

    Args:
        settings: What to serve, and where.
        run_dir: A private folder for sockets and generated configuration.

    Raises:
        UnavailableError: Ray Serve could not deploy the application.
    """
    os.environ.update(serve_environment(run_dir, haproxy=settings.http.haproxy))
    try:
        with _ray_cluster(settings):
            _deploy(settings)
            yield Client(f"http://{_reachable(settings.http.host)}:{settings.http.port}")
    finally:
        shutil.rmtree(run_dir, ignore_errors=True)


def require_free_port(host: str, port: int) -> None:
    """Returns quietly if `port` can be listened on.

    Raises:
        SettingsError: It is taken, or the address is not this machine's.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as exc:
        hint = "; choose another with --port" if exc.errno == errno.EADDRINUSE else ""
        raise SettingsError(f"cannot listen on {host}:{port}: {exc.strerror}{hint}") from exc


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared only


@contextmanager
def _ray_cluster(settings: ServeSettings) -> Iterator[None]:
    import ray

    wanted_cpus = settings.autoscaling.max_replicas * settings.replica.num_cpus
    ray.init(
        address="local",
        # Ray counts, it does not pin: every replica that the settings allow can be placed.
        num_cpus=max(os.cpu_count() or 1, int(wanted_cpus + 0.999)),
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
    )
    try:
        yield
    finally:
        _shutdown()


def _shutdown() -> None:
    import ray
    from ray import serve

    # serve.shutdown() lets ongoing requests finish, but must not outlive the user's patience.
    stopper = threading.Thread(target=serve.shutdown, daemon=True)
    stopper.start()
    stopper.join(timeout=15)
    ray.shutdown()


def _deploy(settings: ServeSettings) -> None:
    from ray import serve

    from serve_app.edges.ray.deployment import build_application

    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    serve.start(
        proxy_location="HeadOnly",
        http_options={"host": settings.http.host, "port": settings.http.port},
        logging_config={"log_level": "WARNING", "enable_access_log": False},
    )
    try:
        serve.run(build_application(settings), name=APPLICATION_NAME, route_prefix="/")
    except RuntimeError as exc:
        raise UnavailableError(_reason()) from exc


def _reason() -> str:
    """Returns why the application could not be deployed, in the replica's own words."""
    from ray import serve

    status = serve.status().applications[APPLICATION_NAME]
    texts = [d.message for d in status.deployments.values() if d.message] or [status.message]
    for text in texts:
        for line in reversed(text.strip().splitlines()):
            if "Error: " in line:
                return str(line).strip().removeprefix("serve_app.errors.")
    return " ".join(map(str, texts))
