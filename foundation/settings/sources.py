"""Where settings come from: a YAML file, the environment, `key=value` texts, nested mappings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from foundation.errors import SettingsError
from foundation.json_types import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class Source:
    """Settings from one place, nested or by dotted key, not yet validated."""

    name: str
    values: Mapping[str, object]


def read_mapping(path: Path, what: str = "") -> JsonObject:
    """An empty file is an empty mapping; errors say `what` the file is before its name."""
    name = f"{what} {path}".lstrip()
    try:
        tree = yaml.safe_load(path.read_text())
    except OSError as exc:
        raise SettingsError(f"{name}: {exc.strerror}") from exc
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{name} is not YAML: {' '.join(str(exc).split())}") from exc
    return _mapping(tree or {}, str(path))


def file_source(path: Path) -> Source:
    return Source(str(path), read_mapping(path, "settings file"))


def tree_source(tree: object, name: str) -> Source:
    return Source(name, _mapping(tree, name))


def env_source(
    prefix: str, environ: Mapping[str, str] = os.environ, *, but: str | None = None
) -> Source:
    """`<prefix><GROUP>__<FIELD>`; `but` is one of our variables that is no setting."""
    values = {
        name.removeprefix(prefix).lower().replace("__", "."): value
        for name, value in environ.items()
        if name.startswith(prefix) and name != but
    }
    return Source("environment", values)


def text_source(pairs: Mapping[str, str], name: str) -> Source:
    return Source(name, dict(pairs))


def assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise SettingsError(f"--set {text}: expected KEY=VALUE")
    return key.strip(), value.strip()


def yaml_assignment(text: str, example: str) -> JsonObject:
    """`--set a.b=VALUE` with VALUE in YAML; errors name `example`, a dotted name."""
    key, equals, value = text.partition("=")
    if not equals or not all(key.split(".")):
        raise SettingsError(f"--set {text}: expected key=value, with a key such as {example}")
    try:
        tree: JsonValue = yaml.safe_load(value)
    except yaml.YAMLError as exc:
        raise SettingsError(f"--set {text}: the value is not YAML: {exc}") from exc
    for part in reversed(key.strip().split(".")):
        tree = {part: tree}
    return dict(tree)


def merged(base: JsonObject, overlay: JsonObject) -> JsonObject:
    """Mappings are merged, null takes a key away."""
    result = dict(base)
    for key, value in overlay.items():
        old = result.get(key)
        if value is None:
            result.pop(key, None)
        elif isinstance(old, dict) and isinstance(value, dict):
            result[key] = merged(old, value)
        else:
            result[key] = value
    return result


def _mapping(tree: object, name: str) -> JsonObject:
    if not isinstance(tree, Mapping):
        raise SettingsError(f"{name}: expected a mapping of settings, got {type(tree).__name__}")
    return dict(tree)
