"""`config show`."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner

from foundation.cli.config import config_group
from foundation.cli.options import settings_options, settings_sources
from foundation.settings.group import Group
from foundation.settings.load import LoadedSettings, load
from foundation.settings.sources import env_source


class Http(Group):
    """A group."""

    port: int = 80
    """Where it
    listens."""
    host: str = "::"
    """On what."""


class Everything(Group):
    """The root."""

    http: Http = Http()
    """The port."""


SHORTCUTS = {"the_port": ("http.port", "Port.")}


def loaded(values: dict[str, Any]) -> LoadedSettings[Everything]:
    """Returns the settings that options and a variable make."""
    environment = env_source("X_", {"X_HTTP__HOST": "0.0.0.0"})
    return load(Everything, *settings_sources(values, SHORTCUTS, environment))


CONFIG = config_group(settings_options(SHORTCUTS), loaded, "x config show")


def test_every_setting_is_shown_with_its_origin() -> None:
    """For machines as one document."""
    shown = CliRunner().invoke(CONFIG, ["show", "--the_port", "1", "--json"]).stdout
    assert json.loads(shown) == [
        {"setting": "http.port", "value": 1, "origin": "command line",
         "description": "Where it\nlistens."},
        {"setting": "http.host", "value": "0.0.0.0", "origin": "environment",
         "description": "On what."},
    ]  # fmt: skip


def test_a_setting_is_one_line_of_the_table() -> None:
    """So that it can be searched."""
    lines = CliRunner().invoke(CONFIG, ["show", "--set", "http.port=2"]).stdout.splitlines()
    assert lines[1].split() == ["http.port", "2", "command", "line", "Where", "it", "listens."]


def test_an_assignment_wins_over_its_shortcut() -> None:
    """In both spellings of the option."""
    options = ["show", "--json", "--the-port", "1", "--set", "http.port=2"]
    assert json.loads(CliRunner().invoke(CONFIG, options).stdout)[0]["value"] == 2
