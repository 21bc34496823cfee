"""One replica, and how many there are."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from foundation.settings.group import Count, Group, PositiveSeconds, Seconds

_REFUSAL_MARGIN = 64


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
