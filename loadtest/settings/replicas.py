"""Settings: where Ray Serve says what its replicas do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from foundation.settings.group import Group, List, PositiveSeconds, Seconds


class ReplicaSettings(Group):
    """Ray's dashboard, and how often it is asked."""

    dashboard_url: Annotated[str, Field(pattern=r"^(https?://[^?#]+)?$")] = ""
    """Ray's dashboard, for example http://127.0.0.1:8265; a service that the run starts has one."""
    token_env: str = ""
    """Environment variable with the dashboard's bearer token; not kept in the report."""
    token_file: Path | None = None
    """File with the dashboard's bearer token."""
    verify_tls: bool = True
    """Whether an https address must have a certificate that the system trusts."""
    application: str = ""
    """Ray Serve application; empty takes the only one."""
    deployment: str = ""
    """Its deployment; empty takes the one that gets the requests."""
    poll_s: PositiveSeconds = 0.5
    """Seconds between two looks at the replicas."""
    ongoing_poll_s: Seconds = 2.0
    """Seconds between two looks at their ongoing requests; 0 never looks. The page that has them is
    half a megabyte long and takes Ray 0.1 s of CPU."""
    metrics_urls: List[str] = ()
    """Prometheus pages of Ray's nodes; empty takes those that the dashboard lists."""
    max_gap_s: PositiveSeconds = 10.0
    """Seconds without a look at the replicas after which a run proves nothing about them."""
