"""What this replica's Ray Serve is: whether requests reach its own listener, and are traced."""

from __future__ import annotations

from ray.serve._private.constants import RAY_SERVE_ENABLE_DIRECT_INGRESS
from ray.serve._private.tracing_utils import is_tracing_enabled

from serve_app.errors import SettingsError


def has_fast_path(wanted: bool | None) -> bool:
    """None means wherever requests come to the replica's own listener.

    Raises:
        SettingsError: It is wanted where no request would reach it.
    """
    if wanted and not RAY_SERVE_ENABLE_DIRECT_INGRESS:
        raise SettingsError(
            "http.data_plane is true, but Ray Serve sends requests through its own proxy here: set "
            "RAY_SERVE_ENABLE_HA_PROXY=1 where Ray is started, or leave the setting out"
        )
    return RAY_SERVE_ENABLE_DIRECT_INGRESS if wanted is None else wanted


def is_traced() -> bool:
    return bool(is_tracing_enabled())
