"""Where settings come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foundation.errors import SettingsError
from foundation.settings.sources import (
    assignment,
    env_source,
    file_source,
    merged,
    yaml_assignment,
)


def test_a_variable_of_ours_can_be_no_setting() -> None:
    """It names the file, for example."""
    found = env_source("X_", {"X_FILE": "f", "X_A__B": "1"}, but="X_FILE")
    assert found.values == {"a.b": "1"}


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    """Comments only."""
    file = tmp_path / "empty.yaml"
    file.write_text("# nothing\n")
    assert file_source(file).values == {}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """No stack trace."""
    with pytest.raises(SettingsError, match=r"settings file .*absent.yaml: No such file"):
        file_source(tmp_path / "absent.yaml")


def test_a_file_of_other_bytes_is_not_yaml(tmp_path: Path) -> None:
    """Not UTF-8."""
    file = tmp_path / "latin.yaml"
    file.write_bytes(b"a: \xff\xfe\xfa")
    with pytest.raises(SettingsError, match="is not YAML"):
        file_source(file)


def test_an_assignment_has_a_key_and_text() -> None:
    """The value may hold another `=`."""
    assert assignment(" a.b = c=d ") == ("a.b", "c=d")
    with pytest.raises(SettingsError, match="expected KEY=VALUE"):
        assignment("a.b")


def test_an_assignment_can_hold_yaml() -> None:
    """Where values are more than text."""
    assert yaml_assignment("a.b=[1, x]", "a.b") == {"a": {"b": [1, "x"]}}


@pytest.mark.parametrize("text", ["a.b", "a..b=1", "=1"])
def test_a_key_of_an_assignment_is_dotted(text: str) -> None:
    """With an example."""
    with pytest.raises(SettingsError, match=r"with a key such as scale\.max"):
        yaml_assignment(text, "scale.max")


def test_a_value_that_is_no_yaml_is_named() -> None:
    """The assignment as it was typed."""
    with pytest.raises(SettingsError, match=r"--set a=\{: the value is not YAML"):
        yaml_assignment("a={", "a.b")


@pytest.mark.parametrize(
    ("base", "overlay", "result"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_mappings_are_merged_and_null_takes_away(
    base: dict[str, Any], overlay: dict[str, Any], result: dict[str, Any]
) -> None:
    """Lists and plain values are replaced."""
    assert merged(base, overlay) == result
