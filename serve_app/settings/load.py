"""Reads the settings of the service; see `foundation.settings.load`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial

from foundation.settings import keys, sources
from foundation.settings import load as loading
from foundation.settings.load import LoadedSettings
from foundation.settings.sources import Source, file_source, text_source, tree_source
from serve_app.settings import ServeSettings

__all__ = ["env_source", "file_source", "known_keys", "load", "text_source", "tree_source"]

ENV_PREFIX = "BQML_SERVE_"
"""`BQML_SERVE_AUTOSCALING__MAX_REPLICAS=8` sets autoscaling.max_replicas."""

known_keys = partial(keys.known_keys, ServeSettings)


def env_source(environ: Mapping[str, str] = os.environ) -> Source:
    return sources.env_source(ENV_PREFIX, environ)


def load(*found: Source) -> LoadedSettings[ServeSettings]:
    return loading.load(ServeSettings, *found)
