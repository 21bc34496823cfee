"""The Ray Serve deployment: one replica hosts the core and its REST edge."""

from __future__ import annotations

import logging
import time
import warnings
from typing import TYPE_CHECKING, Any

from ray import serve
from ray.serve.config import AutoscalingConfig

from serve_app.core.admission import Admission
from serve_app.core.executor import Executor
from serve_app.core.predictor import Predictor
from serve_app.core.servable.manager import ServableManager
from serve_app.core.servable.state import VersionStatus
from serve_app.core.servable.threads import prepare_environment
from serve_app.edges.rest.app import RestApp
from serve_app.errors import InternalError, UnavailableError
from serve_app.settings.model import ServeSettings

if TYPE_CHECKING:
    from ray.serve import Application

_log = logging.getLogger(__name__)
DEPLOYMENT_NAME = "ModelServer"
# Ray admits this many requests beyond our own limit, so that it is we who refuse: with TensorFlow
# Serving's error body, and without hiding the overload from the autoscaler.
_REFUSAL_MARGIN = 64
_FIRST_TRIES = 3


class ModelServer:
    """One replica: its models, and the ASGI application that answers for them.

    Args:
        settings: `ServeSettings` as a JSON tree; the process that builds the application and the
            replica may run different Python processes, so plain data travels.

    Raises:
        UnavailableError: No model can be served; Ray Serve reports the text and tries again.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = ServeSettings.model_validate(settings)
        threads = self._settings.tensorflow.threads or max(1, int(self._settings.replica.num_cpus))
        prepare_environment(threads)
        tensorflow = self._settings.tensorflow.model_copy(update={"threads": threads})
        self._executor = Executor(threads)
        self._manager = ServableManager(self._settings.repository, tensorflow)
        self._manager.start()
        self._await_models()

    def _await_models(self) -> None:
        """Blocks until a model answers, so that a replica without one never gets a request."""
        timeout_s = self._settings.replica.initialization_timeout_s
        deadline_s = time.monotonic() + timeout_s
        settled = self._manager.wait_until_settled(timeout_s)
        while not self._manager.ready():
            pending = not settled or self._manager.loading()
            if not pending or time.monotonic() > deadline_s:
                reason = self._why_not_ready()
                self._manager.close()
                raise UnavailableError(reason)
            time.sleep(0.1)

    def _why_not_ready(self) -> str:
        failed = [status for name in self._manager.models()
                  for status in self._manager.statuses(name)]  # fmt: skip
        if not failed:
            return (
                f"No model version found below {self._settings.repository.root.resolve()}: "
                "expected <root>/<model>/<version>/saved_model.pb"
            )
        return "No model can be served: " + "; ".join(map(_describe, failed))

    def __serve_build_asgi_app__(self) -> RestApp:
        """Returns the application that Ray Serve mounts in this replica."""
        replica = self._settings.replica
        return RestApp(
            Predictor(self._manager, self._executor),
            Admission(replica.max_ongoing_requests, replica.retry_after_s),
            replica.max_body_bytes,
        )

    def check_health(self) -> None:
        """Raises if the replica can no longer follow the repository; Ray Serve then replaces it."""
        if not self._manager.alive:
            raise InternalError("the thread that watches the model repository has died")

    def __del__(self) -> None:
        """Ends the threads; Ray Serve calls it after the ongoing requests have finished."""
        if hasattr(self, "_manager"):
            self._manager.close()
            self._executor.close()


def _describe(status: VersionStatus) -> str:
    return f"{status.model} version {status.version}: {status.error_code}: {status.error_message}"


def build_application(settings: ServeSettings) -> Application:
    """Returns the Ray Serve application for `settings`; loads no model and no TensorFlow."""
    replica = settings.replica
    deployment = serve.deployment(
        serve.ingress()(ModelServer),
        name=DEPLOYMENT_NAME,
        ray_actor_options={"num_cpus": replica.num_cpus},
        autoscaling_config=_autoscaling(settings),
        max_ongoing_requests=replica.max_ongoing_requests + _REFUSAL_MARGIN,
        max_queued_requests=4 * (replica.max_ongoing_requests + _REFUSAL_MARGIN),
        backpressure_config={"retry_after_s": float(replica.retry_after_s)},
        graceful_shutdown_timeout_s=replica.graceful_shutdown_timeout_s,
        health_check_period_s=replica.health_check_period_s,
        max_constructor_retry_count=_FIRST_TRIES,
    )
    tree = settings.model_dump(mode="json")
    # Replicas may run in another folder than the process that read the settings.
    tree["repository"]["root"] = str(settings.repository.root.resolve())
    application: Application = deployment.bind(tree)
    return application


def _autoscaling(settings: ServeSettings) -> AutoscalingConfig:
    with warnings.catch_warnings():
        # Ray deprecates metrics_interval_s for an environment variable that 2.60 does not read.
        warnings.simplefilter("ignore", DeprecationWarning)
        return AutoscalingConfig(**settings.autoscaling.model_dump())
