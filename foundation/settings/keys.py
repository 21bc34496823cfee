"""The dotted keys of a class of settings."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

from pydantic import BaseModel

from foundation.json_types import JsonObject


def known_keys(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    return dict(_keys_of(model, ""))


def _keys_of(cls: type[BaseModel], prefix: str) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in cls.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _keys_of(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", cls


def flattened(model: type[BaseModel], values: Mapping[str, object]) -> dict[str, object]:
    """A mapping that is a value stays one."""
    groups = {key.rpartition(".")[0] for key in known_keys(model)}
    return dict(_flatten(groups, values, ""))


def _flatten(
    groups: Collection[str], values: Mapping[str, object], prefix: str
) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        dotted = f"{prefix}{key}"
        if isinstance(value, Mapping) and dotted in groups:
            yield from _flatten(groups, value, f"{dotted}.")
        else:
            yield dotted, value


def nested(values: Mapping[str, object]) -> JsonObject:
    result: JsonObject = {}
    for key, value in values.items():
        *groups, name = key.split(".")
        tree = result
        for group in groups:
            tree = tree.setdefault(group, {})
        tree[name] = value
    return result


def near_name(key: str, known: Collection[str]) -> str | None:
    return next(iter(difflib.get_close_matches(key, known, n=1, cutoff=0.5)), None)
