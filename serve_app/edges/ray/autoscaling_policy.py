"""When replicas are added and removed: by the ongoing requests that the replicas report.

Ray Serve's own policy counts the requests that pass through its bookkeeping; those of the data
plane do not. Runs in Ray Serve's controller, so it imports nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ray.serve.config import AutoscalingContext

ONGOING_REQUESTS = "ongoing_requests"
"""The replicas' metric: ongoing requests, averaged over the time between two reports."""


def ongoing_requests_policy(context: AutoscalingContext) -> tuple[float, dict[str, Any]]:
    """Returns how many replicas the load needs; Ray Serve applies bounds, factors and delays.

    Requests that wait in front of the replicas, or have not reached our count, are in Ray's total.

    Args:
        context: What Ray Serve knows of the deployment; metrics are averages over the look-back
            period.
    """
    if context.current_num_replicas == 0:
        return context.target_num_replicas, {}
    reported = sum((context.aggregated_metrics or {}).get(ONGOING_REQUESTS, {}).values())
    ongoing = max(reported, context.total_num_requests)
    return ongoing / context.config.get_target_ongoing_requests(), {}
