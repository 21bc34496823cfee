"""Reads settings from their sources, later ones over earlier ones, field by field.

Every fault is a SettingsError that names the key, what was expected and where the value came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from foundation.errors import SettingsError
from foundation.json_types import JsonObject
from foundation.settings.keys import flattened, known_keys, near_name, nested
from foundation.settings.sources import Source

S = TypeVar("S", bound=BaseModel)
_FIELD = "settings"


@dataclass(frozen=True, slots=True)
class LoadedSettings(Generic[S]):
    """The settings in force, and for each dotted key that was set, the name of its source."""

    settings: S
    origins: Mapping[str, str]


def load(model: type[S], *sources: Source) -> LoadedSettings[S]:
    """Raises a SettingsError for an unknown key, a malformed value, or a contradiction."""
    known = known_keys(model)
    origins: dict[str, str] = {}
    layers: list[dict[str, object]] = []
    for source in sources:
        values = flattened(model, source.values)
        for key in values:
            if key not in known:
                raise SettingsError(_unknown_key(key, source.name, list(known)))
            origins[key] = source.name
            for weaker in layers:
                weaker.pop(key, None)  # pydantic-settings would merge two mappings
        layers.append(values)
    try:
        return LoadedSettings(_gather(model, [nested(values) for values in layers]), origins)
    except ValidationError as exc:
        raise SettingsError(_explain(exc, origins)) from exc


class _Layer(PydanticBaseSettingsSource):
    """One of our sources, as pydantic-settings takes it: keys are checked and nested already."""

    def __init__(self, settings_cls: type[BaseSettings], tree: JsonObject) -> None:
        super().__init__(settings_cls)
        self._tree = tree

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        del field
        return self._tree.get(field_name), field_name, False

    def __call__(self) -> JsonObject:
        return {_FIELD: self._tree}


def _gather(model: type[S], layers: list[JsonObject]) -> S:
    class Gathered(BaseSettings):
        """Merges the layers; the settings themselves stay a plain class that others can nest."""

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: object, **__: object
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            # pydantic-settings has the strongest source first.
            return tuple(_Layer(settings_cls, tree) for tree in reversed([{}, *layers]))

    found: S = getattr(create_model("Gathered", __base__=Gathered, settings=(model, ...))(), _FIELD)
    return found


def _unknown_key(key: str, source: str, known: list[str]) -> str:
    near = near_name(key, known)
    hint = f"; did you mean {near}?" if near else "; `config show` lists all settings"
    return f"unknown setting {key} (from {source}){hint}"


def _explain(exc: ValidationError, origins: Mapping[str, str]) -> str:
    parts = []
    for error in exc.errors():
        key = ".".join(str(part) for part in error["loc"][1:] if not isinstance(part, int))
        text = error["msg"].removeprefix("Value error, ")
        origin = f" (from {origins[key]})" if key in origins else ""
        got = "" if error["type"] == "value_error" else f", got {error['input']!r}"
        parts.append(f"{key + ': ' if key else ''}{text}{got}{origin}")
    return "; ".join(parts)
