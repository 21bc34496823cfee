"""The Ray Serve deployment: one replica hosts the predictor and what is spoken over it."""

from __future__ import annotations

import logging
import time
import uuid
import warnings
from typing import TYPE_CHECKING, Any

from ray import serve
from ray.serve._private.common import RUNNING_REQUESTS_KEY
from ray.serve.config import AutoscalingConfig
from ray.serve.metrics import Gauge

from serve_app.config.listing import nothing_found, with_absolute_paths
from serve_app.config.store import ConfigStore
from serve_app.errors import InternalError, UnavailableError
from serve_app.hosting._access_log import AccessLog
from serve_app.hosting._cluster_store import ClusterStore
from serve_app.hosting._direct_ingress import has_fast_path, is_traced
from serve_app.hosting._replica_metrics import ReplicaMetrics
from serve_app.hosting.grpc_ingress import GrpcIngress
from serve_app.kinds.tensorflow.threads import prepare_environment
from serve_app.lifecycle.manager import ServableManager
from serve_app.lifecycle.reload import Reloader
from serve_app.metrics.recorder import Recorder
from serve_app.metrics.snapshot import Snapshot
from serve_app.predictor import Admission, CallLimits, Executor, Predictor, VersionStatus
from serve_app.protocols.http import HttpProtocol
from serve_app.protocols.ops.metrics import MetricsPage
from serve_app.protocols.registry import http_protocols
from serve_app.protocols.tfs.rest.cors import ALLOW
from serve_app.settings import ServeSettings
from serve_app.transports.http.app import HttpApp
from serve_app.transports.http.named import AsgiApp, named

if TYPE_CHECKING:
    from ray.serve import Application

    from serve_app.transports.grpc.dispatch import RpcDispatch

_log = logging.getLogger(__name__)
DEPLOYMENT_NAME = "ModelServer"
_FIRST_TRIES = 3


class ModelServer(GrpcIngress):
    """One replica: its models, and the REST application and gRPC methods that answer for them.

    Args:
        settings: `ServeSettings` as a JSON tree; the process that builds the application and the
            replica may run different Python processes, so plain data travels.
        scope: Names this deployment in the store that its replicas share.

    Raises:
        UnavailableError: No model can be served; Ray Serve reports the text and tries again.
    """

    def __init__(self, settings: dict[str, Any], scope: str) -> None:
        self._settings = ServeSettings.model_validate(settings)
        threads = self._settings.tensorflow.threads or max(1, int(self._settings.replica.num_cpus))
        prepare_environment(threads)
        tensorflow = self._settings.tensorflow.model_copy(update={"threads": threads})
        self._executor = Executor(threads)
        self._recorder = Recorder()
        self._manager = ServableManager(self._settings.repository, tensorflow, self._recorder)
        store = ConfigStore(ClusterStore(), f"model-config/{scope}")
        self._reloader = Reloader(self._manager, store, self._settings.repository)
        self._reloader.start()
        self._await_models()
        limits = CallLimits(
            threads,
            tensorflow.max_call_rows,
            quick_s=tensorflow.quick_call_ms / 1000,
            timeout_s=tensorflow.request_timeout_ms / 1000,
        )
        self._predictor = Predictor(self._manager, self._executor, self._recorder, limits)
        replica = self._settings.replica
        self._admission = Admission(replica.max_ongoing_requests, replica.retry_after_s)
        self._metrics = ReplicaMetrics(self._recorder, method="own_metrics")
        self._protocols = self._http_protocols()
        self.rpc = self._rpc_dispatch()
        self._ongoing_gauge = Gauge(
            "bqml_serve_ongoing_requests", "Ongoing requests, those of the fast path included."
        )
        if has_fast_path(self._settings.http.data_plane):
            self._start_fast_paths()

    def _await_models(self) -> None:
        """Blocks until a model answers, so that a replica without one never gets a request."""
        timeout_s = self._settings.replica.initialization_timeout_s
        deadline_s = time.monotonic() + timeout_s
        settled = self._manager.wait_until_settled(timeout_s)
        while not self._manager.ready() and not self._reloader.empty_on_purpose:
            pending = not settled or self._manager.loading()
            if not pending or time.monotonic() > deadline_s:
                reason = self._why_not_ready()
                self._reloader.close()
                self._manager.close()
                raise UnavailableError(reason)
            time.sleep(0.1)

    def _why_not_ready(self) -> str:
        failed = [status for name in self._manager.models()
                  for status in self._manager.statuses(name)]  # fmt: skip
        if not failed:
            return nothing_found(self._settings.repository, self._reloader.listed())
        return "No model can be served: " + "; ".join(map(_describe, failed))

    def __serve_build_asgi_app__(self) -> AsgiApp:
        """Returns the application that Ray Serve mounts in this replica."""
        header = self._settings.http.replica_header
        app = HttpApp(self._protocols, self._settings.replica.max_body_bytes)
        return named(app, header, _own_name()) if header else app

    def _http_protocols(self) -> list[HttpProtocol]:
        settings = self._settings
        page = MetricsPage(settings.metrics.path, self._metrics.collect)
        return http_protocols(
            self._predictor,
            self._admission,
            page if settings.metrics.enabled else None,
            cors=settings.http.cors,
        )

    def _start_fast_paths(self) -> None:
        from serve_app.hosting.direct_calls import DirectCalls
        from serve_app.hosting.fast_paths import FastPaths
        from serve_app.hosting.install import install
        from serve_app.protocols.services import DIRECT
        from serve_app.transports.grpc.handlers import install_direct
        from serve_app.transports.http.head import Heads

        http = self._settings.http
        name = ((http.replica_header.lower().encode(), _own_name().encode()),)
        heads = Heads(self._protocols, self._settings.replica.max_body_bytes, traced=is_traced())
        headers = (ALLOW if http.cors else ()) + (name if http.replica_header else ())
        access_log = AccessLog()
        log = access_log.write if access_log.enabled else None
        install(FastPaths(self._predictor, self._admission, heads, headers, log))
        if not is_traced():
            direct = DirectCalls(self.rpc, serve.get_replica_context().app_name, log)
            install_direct({method: direct.behaviour(method) for method in DIRECT})

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """Returns what the autoscaler decides by; Ray Serve asks for it, again and again.

        Under the name of Ray Serve's own number of running requests, whose place it takes: that one
        misses those of the fast path, and is a look at one moment, this is an average over time.
        So every policy, the default one included, sees the load.
        """
        ongoing = self._admission.mean_ongoing()
        self._ongoing_gauge.set(ongoing)
        return {RUNNING_REQUESTS_KEY: ongoing}

    def _rpc_dispatch(self) -> RpcDispatch:
        from serve_app.protocols.registry import rpc_protocols
        from serve_app.protocols.tfs.grpc.servicing import Servicing
        from serve_app.transports.grpc.dispatch import RpcDispatch

        servicing = Servicing(
            self._predictor, self._settings.grpc.max_message_bytes, self._reloader.reload
        )
        header = self._settings.http.replica_header.lower()
        name = ((header, _own_name()),) if header else ()
        timeout_s = self._settings.tensorflow.request_timeout_ms / 1000
        return RpcDispatch(rpc_protocols(servicing, self._admission, timeout_s), name)

    async def own_metrics(self) -> tuple[str, Snapshot]:
        """Returns this replica's name and numbers; the one that is scraped asks all for them."""
        return self._metrics.own()

    def check_health(self) -> None:
        """Raises if the replica can no longer follow the repository; Ray Serve then replaces it."""
        if not (self._manager.alive and self._reloader.alive):
            raise InternalError("a thread that watches the model repository has died")

    def __del__(self) -> None:
        """Ends the threads; Ray Serve calls it after the ongoing requests have finished."""
        if hasattr(self, "_reloader"):
            self._reloader.close()
        if hasattr(self, "_manager"):
            self._manager.close()
            self._executor.close()
        if hasattr(self, "_metrics"):
            self._metrics.close()


def _own_name() -> str:
    name: str = serve.get_replica_context().replica_id.unique_id
    return name


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
        max_ongoing_requests=replica.ray_max_ongoing_requests,
        max_queued_requests=replica.ray_max_queued_requests,
        backpressure_config={"retry_after_s": float(replica.retry_after_s)},
        graceful_shutdown_timeout_s=replica.graceful_shutdown_timeout_s,
        health_check_period_s=replica.health_check_period_s,
        max_constructor_retry_count=_FIRST_TRIES,
    )
    tree = settings.model_dump(mode="json")
    # Replicas may run in another folder than the process that read the settings.
    tree["repository"] = with_absolute_paths(settings.repository).model_dump(mode="json")
    # A new scope each time: a deployment begins with its own settings, as a restart does.
    application: Application = deployment.bind(tree, uuid.uuid4().hex)
    return application


def _autoscaling(settings: ServeSettings) -> AutoscalingConfig:
    with warnings.catch_warnings():
        # Ray deprecates metrics_interval_s for an environment variable that 2.60 does not read.
        warnings.simplefilter("ignore", DeprecationWarning)
        return AutoscalingConfig(**settings.autoscaling.model_dump())
