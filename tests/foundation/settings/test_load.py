"""Loading settings: precedence field by field, origins, and faults that say where they are from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import Field

from foundation.errors import SettingsError
from foundation.settings.group import Count, Group, List, Port
from foundation.settings.load import load
from foundation.settings.sources import Source, env_source, file_source, text_source, tree_source


class Policy(Group):
    """A group in a group."""

    kind: str = "latest"
    """Which."""
    specific: List[int] = ()
    """Listed."""


class Http(Group):
    """A group."""

    host: str = "localhost"
    """Where."""
    port: Port = 80
    """Which."""
    policy: Policy = Policy()
    """What."""
    headers: Mapping[str, str] = Field(default_factory=dict)
    """A mapping that is a value."""


class Everything(Group):
    """The root."""

    http: Http = Http()
    """The port."""
    workers: Count = 1
    """How many."""


def test_later_sources_win_and_origins_are_known() -> None:
    """Field by field."""
    environment = env_source("X_", {"X_HTTP__PORT": "1", "X_HTTP__HOST": "::", "OTHER": "1"})
    loaded = load(Everything, environment, text_source({"http.port": "2"}, "command line"))
    assert (loaded.settings.http.host, loaded.settings.http.port) == ("::", 2)
    assert loaded.origins == {"http.host": "environment", "http.port": "command line"}


def test_a_mapping_that_is_a_value_is_replaced_as_a_whole() -> None:
    """As any other value is."""
    weak, strong = ({"http.headers": {name: "1"}} for name in "ab")
    loaded = load(Everything, tree_source(weak, "weak"), tree_source(strong, "strong"))
    assert (loaded.settings.http.headers, loaded.origins) == (
        {"b": "1"},
        {"http.headers": "strong"},
    )


def test_a_class_that_was_loaded_is_a_plain_one() -> None:
    """It can be nested, compared and sent to another process."""
    assert load(Everything).settings == Everything()
    assert type(load(Everything).settings) is Everything


def test_the_process_environment_is_read_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """pydantic-settings would read a variable of a field's name."""
    monkeypatch.setenv("SETTINGS", '{"workers": 5}')
    monkeypatch.setenv("WORKERS", "5")
    assert load(Everything).settings.workers == 1


@pytest.mark.parametrize(
    "values",
    [
        {"http": {"policy": {"kind": "all"}, "headers": {"a": "b"}}},
        {"http.policy.kind": "all", "http.headers": {"a": "b"}},
        {"http": {"policy.kind": "all", "headers": {"a": "b"}}},
    ],
)
def test_keys_can_be_nested_or_dotted(values: dict[str, object]) -> None:
    """A mapping that is a value stays one."""
    http = load(Everything, tree_source(values, "test")).settings.http
    assert (http.policy.kind, http.headers) == ("all", {"a": "b"})


@pytest.mark.parametrize("value", ["1, 2", [1, 2], "1,2,"])
def test_lists_can_be_given_as_text(value: object) -> None:
    """Environment variables hold nothing else."""
    source = tree_source({"http.policy.specific": value}, "test")
    assert load(Everything, source).settings.http.policy.specific == (1, 2)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"http.prt": 1}, "unknown setting http.prt (from test); did you mean http.port?"),
        ({"x": 1}, "unknown setting x (from test); `config show` lists all settings"),
        ({"http": [1]}, "unknown setting http (from test); did you mean"),
        ({"http.port": []}, "http.port: Input should be a valid integer, got [] (from test)"),
        ({"workers": 0, "http.port": 0},
         ("http.port: Input should be greater than or equal to 1, got 0 (from test); "
          "workers: Input should be greater than or equal to 1, got 0 (from test)")),
        ({"http.policy.specific": "1,x"}, "http.policy.specific: Input should be a valid integer"),
    ],
)  # fmt: skip
def test_a_fault_names_the_key_and_where_it_is_from(values: dict[str, object], words: str) -> None:
    """And what came, or what was probably meant."""
    with pytest.raises(SettingsError) as caught:
        load(Everything, Source("weaker", {}), tree_source(values, "test"))
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [("- 1", "expected a mapping of settings, got list"), ("{", "is not YAML"),
     ("http: {prot: 1}", "unknown setting http.prot (from ")],
)  # fmt: skip
def test_a_wrong_file_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    """Unknown keys in files are never ignored."""
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(Everything, file_source(file))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
