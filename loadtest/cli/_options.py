"""Options that several commands share: where settings come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from foundation.cli import options

if TYPE_CHECKING:
    from foundation.settings.load import LoadedSettings
    from loadtest.settings.load_test import LoadTestSettings

_SHORTCUTS = {
    "url": ("target.url", "Base URL of the service."),
    "model": ("target.model", "Model to ask."),
    "users": ("phases.users", "Users at the goal."),
    "dashboard": ("replicas.dashboard_url", "Ray's dashboard."),
    "root": ("service.root", "Repository that a local service serves."),
}
# Ray Serve takes seconds to start a killed proxy anew: until then clients ask again.
_CHAOS = {
    "chaos.faults": "new-version,corrupt-version,kill-replica,kill-proxy",
    "phases.plateau_s": "180",
    "traffic.retries": "10",
    "traffic.retry_wait_s": "3",
}

settings_options = options.settings_options(
    _SHORTCUTS,
    click.option("--local", is_flag=True, help="Start a service for the run. Short for --set "
                 "service.start=true."),
    click.option("--chaos", is_flag=True,
                 help="Inject every fault in a plateau that is long enough."),
)  # fmt: skip


def load_settings(values: dict[str, object]) -> LoadedSettings[LoadTestSettings]:
    from loadtest.settings.load import env_source, load, text_source

    local = {"service.start": "true"} if values["local"] else {}
    chaos = [text_source(_CHAOS, "--chaos")] if values["chaos"] else []
    own = options.settings_sources(values, _SHORTCUTS, env_source(), **local)
    return load(*chaos, *own)
