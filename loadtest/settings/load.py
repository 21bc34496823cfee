"""Reads the settings from their sources: defaults, file, environment, command line.

Later sources win, field by field. Every fault is a SettingsError that names the key, what was
expected and where the value came from.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from pydantic import BaseModel, ValidationError

from loadtest.errors import SettingsError
from loadtest.settings.model import LoadTestSettings

ENV_PREFIX = "BQML_LOADTEST_"
"""`BQML_LOADTEST_PHASES__USERS=8` sets phases.users."""
FILE_VARIABLE = "BQML_LOADTEST_SETTINGS"
"""Names the settings file where there is no command line of ours: `locust -f ...`."""

Tree: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Settings from one place: dotted key -> value, not yet validated."""

    name: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in force, and for each dotted key that was set, the name of its source."""

    settings: LoadTestSettings
    origins: Mapping[str, str]


def known_keys() -> dict[str, type[BaseModel]]:
    """Returns every dotted key with the class that declares it, in order of declaration."""
    return dict(_keys_of(LoadTestSettings, ""))


def _keys_of(cls: type[BaseModel], prefix: str) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in cls.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _keys_of(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", cls


def file_source(path: Path) -> Source:
    """Returns the settings of a YAML file.

    Raises:
        SettingsError: The file is absent, is not YAML, or is not a mapping.
    """
    try:
        tree = yaml.safe_load(path.read_text())
    except OSError as exc:
        raise SettingsError(f"settings file {path}: {exc.strerror}") from exc
    except yaml.YAMLError as exc:
        raise SettingsError(
            f"settings file {path} is not YAML: {' '.join(str(exc).split())}"
        ) from exc
    return tree_source(tree or {}, str(path))


def tree_source(tree: object, name: str) -> Source:
    """Returns nested mappings as a source of dotted keys."""
    if not isinstance(tree, Mapping):
        raise SettingsError(f"{name}: expected a mapping of settings, got {type(tree).__name__}")
    return Source(name, dict(_flatten(tree, "")))


def _flatten(tree: Mapping[Any, object], prefix: str) -> Iterator[tuple[str, object]]:
    groups = {key.rpartition(".")[0] for key in known_keys()}
    for key, value in tree.items():
        dotted = f"{prefix}{key}"
        if isinstance(value, Mapping) and dotted in groups:
            yield from _flatten(value, f"{dotted}.")
        else:
            yield dotted, value


def env_source(environ: Mapping[str, str] = os.environ) -> Source:
    """Returns the settings of the environment: `BQML_LOADTEST_<GROUP>__<FIELD>`."""
    values = {
        name.removeprefix(ENV_PREFIX).lower().replace("__", "."): value
        for name, value in environ.items()
        if name.startswith(ENV_PREFIX) and name != FILE_VARIABLE
    }
    return Source("environment", values)


def text_source(pairs: Mapping[str, str], name: str) -> Source:
    """Returns `key=value` texts, as the command line gives them."""
    return Source(name, dict(pairs))


def load(*sources: Source) -> LoadedSettings:
    """Returns the validated settings; later sources win.

    Raises:
        SettingsError: A key is unknown, a value malformed, or two values contradict each other.
    """
    known = known_keys()
    origins: dict[str, str] = {}
    tree: Tree = {}
    for source in sources:
        for key, value in source.values.items():
            if key not in known:
                raise SettingsError(_unknown_key(key, source.name, list(known)))
            origins[key] = source.name
            _put(tree, key.split("."), value)
    try:
        return LoadedSettings(LoadTestSettings.model_validate(tree), origins)
    except ValidationError as exc:
        raise SettingsError(_explain(exc, origins)) from exc


def _put(tree: Tree, path: list[str], value: object) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def _unknown_key(key: str, source: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else "; `config show` lists all settings"
    return f"unknown setting {key} (from {source}){hint}"


def _explain(exc: ValidationError, origins: Mapping[str, str]) -> str:
    parts = []
    for error in exc.errors():
        key = ".".join(str(part) for part in error["loc"] if not isinstance(part, int))
        text = error["msg"].removeprefix("Value error, ")
        origin = f" (from {origins[key]})" if key in origins else ""
        got = "" if error["type"] == "value_error" else f", got {error['input']!r}"
        parts.append(f"{key + ': ' if key else ''}{text}{got}{origin}")
    return "; ".join(parts)
