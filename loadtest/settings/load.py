"""Reads the settings of a load test; see `foundation.settings.load`."""

from __future__ import annotations

import os
from collections.abc import Mapping

from foundation.settings import load as loading
from foundation.settings import sources
from foundation.settings.load import LoadedSettings
from foundation.settings.sources import Source, file_source, text_source, tree_source
from loadtest.settings.load_test import LoadTestSettings

__all__ = ["env_source", "file_source", "load", "text_source", "tree_source"]

ENV_PREFIX = "BQML_LOADTEST_"
"""`BQML_LOADTEST_PHASES__USERS=8` sets phases.users."""
FILE_VARIABLE = "BQML_LOADTEST_SETTINGS"
"""Names the settings file where there is no command line of ours: `locust -f ...`."""


def env_source(environ: Mapping[str, str] = os.environ) -> Source:
    return sources.env_source(ENV_PREFIX, environ, but=FILE_VARIABLE)


def load(*found: Source) -> LoadedSettings[LoadTestSettings]:
    return loading.load(LoadTestSettings, *found)
