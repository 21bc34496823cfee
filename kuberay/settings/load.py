"""Reads the deploy file: a base, overlays, --set; later ones win, key by key.

Mappings are merged, lists and plain values replaced. Every fault is a SettingsError that names the
key, what was expected, and what came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from foundation.errors import SettingsError
from foundation.json_types import JsonObject
from foundation.settings.keys import near_name
from foundation.settings.sources import merged, read_mapping, yaml_assignment
from kuberay.settings.deploy_file import DeployFile


def load(files: Sequence[Path], assignments: Iterable[str] = ()) -> DeployFile:
    """Later files, then `assignments` (`a.b=VALUE`, in YAML), change what earlier ones say."""
    tree: JsonObject = {}
    for file in files:
        tree = merged(tree, _read(file))
    for text in assignments:
        tree = merged(tree, yaml_assignment(text, "scale.max_replicas"))
    return validated(tree)


def validated(tree: JsonObject) -> DeployFile:
    try:
        return DeployFile.model_validate(tree)
    except ValidationError as exc:
        raise SettingsError("; ".join(_faults(exc))) from exc


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a deploy file."""

    key: str
    """Dotted; `[]` follows a list."""
    help: str
    default: str
    """The value that it has by itself, as JSON; empty where it has none or is a group."""


def known_keys(cls: type[BaseModel] = DeployFile, prefix: str = "") -> Iterator[Key]:
    for name, field in cls.model_fields.items():
        inner = next(_groups_in(field.annotation), None)
        words = " ".join((field.description or "").split())
        yield Key(f"{prefix}{name}", words, "" if inner else _default(cls, name))
        if inner is not None and inner.__module__.startswith("kuberay."):
            listed = "[]" if "tuple[" in str(field.annotation) else ""
            yield from known_keys(inner, f"{prefix}{name}{listed}.")


def _default(cls: type[BaseModel], name: str) -> str:
    value = cls.model_fields[name].get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined:
        return ""
    shown = cls.model_construct(**{name: value}).model_dump(include={name}, mode="json")[name]
    return shown if isinstance(shown, str) else json.dumps(shown)


def _groups_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _groups_in(argument)


def _read(file: Path) -> JsonObject:
    tree = read_mapping(file)
    serve = tree.get("serve")
    if isinstance(serve, str):
        # A file of the service's own settings, beside the one that names it.
        tree["serve"] = read_mapping(file.parent / serve)
    return tree


def _faults(exc: ValidationError) -> Iterator[str]:
    known = [key.key for key in known_keys()]
    for fault in exc.errors():
        key = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            near = near_name(key, known)
            hint = f"did you mean {near}?" if near else "`bqml-kuberay settings` lists all"
            yield f"unknown key {key}: {hint}"
            continue
        yield _sentence(key, dict(fault))


def _sentence(key: str, fault: dict[str, Any]) -> str:
    text = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "missing":
        text = "is missing"
    where = f"{key}: " if key else ""
    # A check of a whole group names its values itself.
    plain = not isinstance(fault["input"], dict | BaseModel)
    got = f", got {fault['input']!r}" if plain and fault["type"] != "missing" else ""
    return f"{where}{text}{got}"
