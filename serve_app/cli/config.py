"""`bqml-serve config show`: the settings in force and where each came from."""

from __future__ import annotations

from foundation.cli.config import config_group
from serve_app.cli.options import load_settings, settings_options

config = config_group(
    settings_options,
    load_settings,
    "BQML_SERVE_AUTOSCALING__MAX_REPLICAS=8 bqml-serve config show",
)
