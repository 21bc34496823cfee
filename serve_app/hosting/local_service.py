"""Runs the service on this machine: an isolated Ray, Ray Serve, the application."""

from __future__ import annotations

import logging
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from serve_app.errors import UnavailableError
from serve_app.hosting.environment import serve_environment
from serve_app.settings import ServeSettings

APPLICATION_NAME = "bqml"
GRPC_SERVICES = "serve_app.hosting.grpc_services.add_services"
_PATIENCE_S = 15
# A line per request costs as much as the request, and fills the disk.
_LOGGING: dict[str, Any] = {"log_level": "WARNING", "enable_access_log": False}
_ERROR_LINE = re.compile(r"(?:[\w.]+\.)?\w+Error: (.+)")


@contextmanager
def local_service(settings: ServeSettings, run_dir: Path) -> Iterator[None]:
    """Starts the service; stops it at the end.

    Raises:
        UnavailableError: Ray Serve could not deploy the application.
    """
    os.environ.update(
        serve_environment(
            run_dir,
            haproxy=settings.http.haproxy,
            grpc_max_message_bytes=settings.grpc.max_message_bytes,
            log_metrics=settings.http.log_metrics,
        )
    )
    try:
        with _ray_cluster(settings):
            _deploy(settings)
            with _graceful_end():
                yield
    finally:
        shutil.rmtree(run_dir, ignore_errors=True)


@contextmanager
def _ray_cluster(settings: ServeSettings) -> Iterator[None]:
    import ray

    wanted_cpus = settings.autoscaling.max_replicas * settings.replica.num_cpus
    ray.init(
        address="local",
        # Ray counts, it does not pin: every replica that the settings allow can be placed.
        num_cpus=max(os.cpu_count() or 1, int(wanted_cpus + 0.999)),
        include_dashboard=settings.dashboard.enabled,
        dashboard_host="127.0.0.1",
        dashboard_port=settings.dashboard.port if settings.dashboard.enabled else None,
        log_to_driver=False,
        logging_level="ERROR",
    )
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def _graceful_end() -> Iterator[None]:
    """Lets ongoing requests finish at the end, for as long as a user has patience."""
    from ray import serve

    try:
        yield
    finally:
        stopper = threading.Thread(target=serve.shutdown, daemon=True)
        stopper.start()
        stopper.join(timeout=_PATIENCE_S)


def _deploy(settings: ServeSettings) -> None:
    from ray import serve

    from serve_app.hosting.deployment import build_application

    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    try:
        serve.start(
            proxy_location="HeadOnly",
            http_options={"host": settings.http.host, "port": settings.http.port},
            grpc_options=_grpc_options(settings),
            logging_config=_LOGGING,
        )
    except RuntimeError as exc:
        raise UnavailableError(f"Ray Serve did not start: {_alert(str(exc))}") from exc
    try:
        serve.run(
            build_application(settings),
            name=APPLICATION_NAME,
            route_prefix="/",
            logging_config=_LOGGING,  # that of `start` is not for replicas
        )
    except RuntimeError as exc:
        raise UnavailableError(_reason()) from exc


def _grpc_options(settings: ServeSettings) -> dict[str, Any] | None:
    if not settings.grpc.enabled:
        return None
    return {"port": settings.grpc.port, "grpc_servicer_functions": [GRPC_SERVICES]}


def _alert(text: str) -> str:
    """Returns what HAProxy complains of, a port in use for example, or the last line of `text`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    alerts = [line for line in lines if line.startswith("[ALERT]")]
    return (alerts or lines[-1:] or ["no reason given"])[0]


def _reason() -> str:
    """Returns why the application could not be deployed, in the replica's own words."""
    from ray import serve

    status = serve.status().applications[APPLICATION_NAME]
    texts = [d.message for d in status.deployments.values() if d.message] or [status.message]
    lines = [line for text in texts for line in text.splitlines()]
    errors = [found[1] for line in reversed(lines) if (found := _ERROR_LINE.match(line))]
    return errors[0] if errors else " ".join(lines)
