"""The families of metrics: names, labels and buckets.

Names and labels of the first group are TensorFlow Serving's (servables/tensorflow/util.cc,
core/..., as its Prometheus page prints them: every `/` as `:`), so that its dashboards and alerts
work unchanged. What it does not have is named after Prometheus's own conventions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with all its label values.

    Attributes:
        bounds: Upper bounds of a histogram's buckets; one more bucket takes what is above.
        text: The HELP line; TensorFlow Serving prints none.
    """

    name: str
    kind: Literal["counter", "histogram"]
    labels: tuple[str, ...]
    bounds: tuple[float, ...] = ()
    text: str = ""


def exponential(scale: float, factor: float, count: int) -> tuple[float, ...]:
    """Returns `count` bounds, each `factor` times the one before, the first one `scale`."""
    return tuple(scale * factor**i for i in range(count))


_LATENCY_US = exponential(10, 1.8, 33)
_SECONDS = exponential(0.0001, 2, 18)
_ROWS = exponential(1, 2, 15)
_TFS = ":tensorflow:serving:"
_OURS = "bqml_serve_"
_MODEL = ("model_name", "version")

REQUEST_COUNT = Family(f"{_TFS}request_count", "counter", ("model_name", "status"))
REQUEST_LATENCY_US = Family(
    f"{_TFS}request_latency", "histogram", ("model_name", "API", "entrypoint"), _LATENCY_US
)
RUNTIME_LATENCY_US = Family(
    f"{_TFS}runtime_latency", "histogram", ("model_name", "API", "runtime"), _LATENCY_US
)
EXAMPLE_COUNTS = Family(f"{_TFS}request_example_counts", "histogram", ("model_name",), _ROWS)
EXAMPLE_COUNT_TOTAL = Family(f"{_TFS}request_example_count_total", "counter", ("model_name",))
WARMUP_LATENCY_US = Family(
    f"{_TFS}model_warmup_latency", "histogram", ("model_path", "status"), _LATENCY_US
)
WARMUP_RECORDS = Family(f"{_TFS}model_warmup_records_read", "counter", ("model_path",))

BATCH_ROWS = Family(
    f"{_OURS}batch_rows", "histogram", _MODEL, _ROWS, "Rows of one model call."
)  # fmt: skip
ROWS = Family(f"{_OURS}rows_total", "counter", _MODEL, text="Rows that a model has computed.")
QUEUE_S = Family(
    f"{_OURS}queue_time_seconds",
    "histogram",
    _MODEL,
    _SECONDS,
    "Time that a model call waited for a free thread.",
)
MODEL_S = Family(
    f"{_OURS}model_time_seconds",
    "histogram",
    _MODEL,
    _SECONDS,
    "Time that a model call took, failed ones included.",
)
SHED = Family(
    f"{_OURS}shed_requests_total",
    "counter",
    ("model_name", "entrypoint"),
    text="Requests refused because the replica held its limit of requests.",
)
NON_FINITE = Family(
    f"{_OURS}non_finite_outputs_total",
    "counter",
    _MODEL,
    text="Output values that were NaN or infinite.",
)

FAMILIES = tuple(value for value in list(vars().values()) if isinstance(value, Family))
"""All of them."""
