"""The settings of the service: frozen, typed, validated once, unknown keys refused.

Every field's docstring is its help text; `bqml-serve config show` prints them all with the value
in force and where it came from.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from foundation.settings.group import Count, Group, List, Port, PositiveSeconds, Seconds

_REFUSAL_MARGIN = 64


class VersionPolicy(Group):
    """Which versions of a model are loaded (TensorFlow Serving's ServableVersionPolicy)."""

    kind: Literal["latest", "all", "specific"] = "latest"
    """`latest` loads the newest `latest` versions, `all` every one, `specific` those listed."""
    latest: Count = 1
    """How many of the newest versions are loaded; for kind `latest`."""
    specific: List[Annotated[int, Field(ge=0)]] = ()
    """The version numbers to load; for kind `specific`."""

    @model_validator(mode="after")
    def _only_what_the_kind_reads(self) -> Self:
        if (self.kind == "specific") != bool(self.specific):
            raise ValueError("`specific` lists version numbers if, and only if, kind is `specific`")
        if self.kind != "latest" and self.latest != 1:
            raise ValueError(f"`latest` counts only with kind `latest`, not with `{self.kind}`")
        return self


class ModelEntry(Group):
    """One model of a list in the settings; its labels are those of `labels.json` beside it."""

    name: Annotated[str, Field(min_length=1)]
    """The name in URLs and requests."""
    base_path: Annotated[str, Field(min_length=1)]
    """Its folder of versions: local, or gs://bucket/folder."""
    version_policy: VersionPolicy = VersionPolicy()
    """Which of its versions are loaded."""


class RepositorySettings(Group):
    """The model repository `<root>/<model>/<version>/` and how it is watched."""

    root: Path = Path("serving_dir")
    """Folder with one sub-folder per model."""
    models: List[Annotated[str, Field(min_length=1)]] = ()
    """Names of the models to serve; empty serves every model folder below `root`."""
    version_policy: VersionPolicy = VersionPolicy()
    """Which versions of each model are loaded."""
    poll_wait_s: Seconds = 1.0
    """Seconds between two looks at the disk; 0 looks once."""
    max_load_retries: Annotated[int, Field(ge=0)] = 5
    """How often a failed load is tried again before the version is given up."""
    load_retry_interval_s: Seconds = 60.0
    """Seconds between two tries of a failed load."""
    load_threads: Count = 1
    """Versions that are loaded at a time; more load faster and slow requests down meanwhile."""
    model_name: str = ""
    """Name of a single model, served from `model_base_path` instead of `root`."""
    model_base_path: str = ""
    """The single model's folder of versions: local, or gs://bucket/folder."""
    model_config_list: tuple[ModelEntry, ...] = ()
    """The models to serve, each with its own folder; what a model config file would list."""
    model_config_file: Path | None = None
    """The models to serve: TensorFlow Serving's text format, or YAML where it ends in .yaml."""
    model_config_poll_wait_s: Seconds = 0.0
    """Seconds between two looks at the model config file; 0 reads it once."""
    allow_labels_for_unavailable: bool = False
    """Whether a reload request may give a new label to a version that is not AVAILABLE yet."""
    cache_dir: Path = Path("~/.cache/bqml-serve/models")
    """Folder for versions downloaded from gs://, shared by the replicas of a machine."""

    @model_validator(mode="after")
    def _one_source_of_models(self) -> Self:
        if bool(self.model_name) != bool(self.model_base_path):
            raise ValueError("model_name and model_base_path are given together or not at all")
        one_of = {"model_config_file": self.model_config_file, "model_name": self.model_name,
                  "models": self.models, "model_config_list": self.model_config_list}  # fmt: skip
        given = [name for name, value in one_of.items() if value]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} exclude each other: each lists the models")
        if self.model_config_poll_wait_s and not self.model_config_file:
            raise ValueError("model_config_poll_wait_s counts only with a model_config_file")
        for name in ("model_config_file", "model_config_list"):
            if one_of[name] and self.version_policy != VersionPolicy():
                raise ValueError(f"version_policy stands in the {name}, model by model")
        counts = Counter(entry.name for entry in self.model_config_list)
        if twice := [name for name, count in counts.items() if count > 1]:
            raise ValueError(f"model_config_list: model {twice[0]} is listed twice")
        return self


class TensorFlowSettings(Group):
    """How the model runs inside a replica."""

    threads: Annotated[int, Field(ge=0)] = 0
    """Threads per operation (intra-op), and model calls at a time; 0 means the replica's CPUs."""
    share_calls: Literal["exact", "always", "off"] = "exact"
    """Whether concurrent requests share a model call: `exact` if rows prove to have the same bits
    alone and in company, `always`, or `off`."""
    max_call_rows: Count = 1024
    """Rows of a shared call at most; a single request may have more."""
    quick_call_ms: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 2.0
    """A call that is expected to take no longer runs in the event loop, which saves the way to a
    thread and back; 0 runs every call in a thread."""
    request_timeout_ms: Annotated[int, Field(gt=0)] = 30_000
    """Milliseconds after which a model call is cancelled and answered with 504."""
    warmup: bool = True
    """Run a version before it is AVAILABLE: its warmup file, or else a row of zeros."""
    warmup_iterations: Count = 1
    """How often each record of a warmup file is replayed."""


class ReplicaSettings(Group):
    """The size of one replica and how many requests it takes."""

    num_cpus: Annotated[float, Field(gt=0)] = 1.0
    """CPUs that Ray reserves for one replica."""
    max_ongoing_requests: Count = 64
    """Requests that one replica accepts at a time, waiting ones included; more get a 503."""
    retry_after_s: Annotated[int, Field(ge=1)] = 1
    """Value of the Retry-After header of such a 503."""
    max_body_bytes: Count = 256 * 1024 * 1024
    """Largest request body, also after gzip decompression; a larger one gets a 413."""
    initialization_timeout_s: PositiveSeconds = 600.0
    """Seconds that a starting replica waits for its models before it reports what is missing."""
    graceful_shutdown_timeout_s: PositiveSeconds = 30.0
    """Seconds that a stopping replica lets its ongoing requests finish."""
    health_check_period_s: PositiveSeconds = 5.0
    """Seconds between two health checks by Ray Serve."""

    @property
    def ray_max_ongoing_requests(self) -> int:
        """Requests that Ray Serve sends to a replica at a time.

        More than our own limit, so that it is we who refuse: with TensorFlow Serving's error body,
        and without hiding the overload from the autoscaler.
        """
        return self.max_ongoing_requests + _REFUSAL_MARGIN

    @property
    def ray_max_queued_requests(self) -> int:
        """Requests that Ray Serve lets wait in front of all replicas."""
        return 4 * self.ray_max_ongoing_requests


class AutoscalingSettings(Group):
    """When Ray Serve adds and removes replicas.

    Ray's own defaults (30 s delay, 30 s window, metrics every 10 s) react after a minute; these
    bring a new replica within about 20 s of sustained overload.
    """

    min_replicas: Count = 1
    """Replicas that are always there."""
    max_replicas: Count = 4
    """Replicas at most."""
    target_ongoing_requests: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 8.0
    """Average ongoing requests per replica that the autoscaler aims at."""
    look_back_period_s: PositiveSeconds = 4.0
    """Window over which ongoing requests are averaged."""
    metrics_interval_s: PositiveSeconds = 1.0
    """Seconds between two reports of a replica to the autoscaler."""
    upscale_delay_s: Seconds = 4.0
    """Seconds that an overload must last before replicas are added."""
    downscale_delay_s: Seconds = 60.0
    """Seconds that the load must be low before replicas are removed."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.max_replicas < self.min_replicas:
            raise ValueError(
                f"max_replicas ({self.max_replicas}) is less than "
                f"min_replicas ({self.min_replicas})"
            )
        if self.metrics_interval_s >= self.look_back_period_s:
            raise ValueError(
                f"metrics_interval_s ({self.metrics_interval_s:g}) must be shorter than "
                f"look_back_period_s ({self.look_back_period_s:g}): the window would hold no report"
            )
        for name in ("upscale_delay_s", "downscale_delay_s"):
            if getattr(self, name) < self.look_back_period_s:
                raise ValueError(
                    f"{name} ({getattr(self, name):g}) must be at least look_back_period_s "
                    f"({self.look_back_period_s:g}): one burst would be acted on twice"
                )
        return self


class HttpSettings(Group):
    """The public REST port of a locally started service."""

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 opens the service to the network."""
    port: Port = 8501
    """REST port; 8501 is TensorFlow Serving's."""
    haproxy: bool = True
    """HAProxy balances straight to the replicas; false uses Ray's Python proxy."""
    data_plane: bool | None = None
    """Whether replicas answer predict requests ahead of Ray Serve's bookkeeping; null does wherever
    requests reach their listeners: behind HAProxy."""
    log_metrics: bool = False
    """Whether Ray Serve reads its request metrics from HAProxy's log, at HAProxy's own cost again;
    otherwise the replicas count for it."""
    cors: bool = False
    """Whether web pages of any origin may read the answers of /v1/, errors included."""
    replica_header: Annotated[str, Field(pattern=r"^([Xx]-[A-Za-z0-9-]*[A-Za-z0-9])?$")] = ""
    """Response header (gRPC: trailing metadata) with the name of the replica that answered, such as
    X-Replica; empty sends none."""

    @model_validator(mode="after")
    def _data_plane_is_reached(self) -> Self:
        if self.data_plane and not self.haproxy:
            raise ValueError("data_plane needs haproxy: Ray's own proxy does not reach it")
        return self

    @field_validator("replica_header")
    @classmethod
    def _not_binary(cls, name: str) -> str:
        if name.lower().endswith("-bin"):
            raise ValueError("a name that ends in -bin is for bytes, not for text, in gRPC")
        return name


class GrpcSettings(Group):
    """The public gRPC port of a locally started service; it listens where the REST port does."""

    enabled: bool = True
    """Whether there is one."""
    port: Port = 8500
    """gRPC port; 8500 is TensorFlow Serving's."""
    max_message_bytes: Annotated[int, Field(ge=1024, lt=2**31)] = 256 * 1024 * 1024
    """Largest message either way, and largest tensors that a request may stand for."""


class MetricsSettings(Group):
    """The page for Prometheus, on the REST port."""

    enabled: bool = True
    """Whether there is one; false answers 404."""
    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./-]*$")] = "/monitoring/prometheus/metrics"
    """Where it is; the default is TensorFlow Serving's."""

    @model_validator(mode="after")
    def _not_among_the_api(self) -> Self:
        if f"{self.path}/".lower().startswith("/v1/"):
            raise ValueError(f"path ({self.path}) must not lie below /v1/, which is the API's")
        return self


class DashboardSettings(Group):
    """Ray's dashboard and its REST API beside a locally started service, on loopback only."""

    enabled: bool = False
    """Whether there is one; it takes a dozen processes and about 1 GB."""
    port: Port = 8265
    """Its port; 8265 is Ray's."""


class ServeSettings(Group):
    """All settings of the service."""

    repository: RepositorySettings = RepositorySettings()
    """The model repository."""
    tensorflow: TensorFlowSettings = TensorFlowSettings()
    """The model's execution."""
    replica: ReplicaSettings = ReplicaSettings()
    """One replica."""
    autoscaling: AutoscalingSettings = AutoscalingSettings()
    """The number of replicas."""
    http: HttpSettings = HttpSettings()
    """The public port."""
    grpc: GrpcSettings = GrpcSettings()
    """The public gRPC port."""
    metrics: MetricsSettings = MetricsSettings()
    """The page for Prometheus."""
    dashboard: DashboardSettings = DashboardSettings()
    """Ray's dashboard."""

    @model_validator(mode="after")
    def _a_port_each(self) -> Self:
        taken = {self.http.port: "http.port"}
        for name in ("grpc", "dashboard"):
            group = getattr(self, name)
            if group.enabled and group.port in taken:
                raise ValueError(
                    f"{name}.port and {taken[group.port]} are both {group.port}: give one another"
                )
            if group.enabled:
                taken[group.port] = f"{name}.port"
        return self

    @model_validator(mode="after")
    def _overload_is_seen_before_requests_are_refused(self) -> Self:
        limit, target = self.replica.max_ongoing_requests, self.autoscaling.target_ongoing_requests
        if limit < 1.5 * target:
            raise ValueError(
                f"replica.max_ongoing_requests ({limit}) must be at least 1.5 times "
                f"autoscaling.target_ongoing_requests ({target:g}): requests would be refused "
                "before the autoscaler sees an overload"
            )
        return self
