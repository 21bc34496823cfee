"""`bqml-loadtest config show`: the settings in force and where each came from."""

from __future__ import annotations

from foundation.cli.config import config_group
from loadtest.cli._options import load_settings, settings_options

config = config_group(
    settings_options, load_settings, "BQML_LOADTEST_PHASES__USERS=8 bqml-loadtest config show"
)
