"""The short notation of rayservice.yaml, translated into JSON schema."""

from __future__ import annotations

import re

from foundation.json_types import JsonObject, JsonValue

_LIST = re.compile(r"\[(?P<item>[^\]]+?)( by (?P<key>\w+))?\]")
_MAP = re.compile(r"\{(?P<item>[^}]+)\}")
_INTEGER = re.compile(r"int32((?P<sign>>?=)(?P<number>-?\d+))?")
_SCALARS: dict[str, JsonObject] = {
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "any": {"x-kubernetes-preserve-unknown-fields": True},
    "quantity": {"$ref": "#/$defs/io.k8s.apimachinery.pkg.api.resource.Quantity"},
}


def to_schema(meaning: JsonValue) -> JsonObject:
    if isinstance(meaning, dict):
        return _object(meaning)
    word = str(meaning).strip()
    if match := _LIST.fullmatch(word):
        return _list(match["item"], match["key"])
    if match := _MAP.fullmatch(word):
        return {"type": "object", "additionalProperties": to_schema(match["item"])}
    if match := _INTEGER.fullmatch(word):
        return _integer(match["sign"], match["number"])
    if " | " in word:
        return _choice([choice.strip() for choice in word.split("|")])
    return _SCALARS.get(word) or {"$ref": f"#/$defs/{_definition(word)}"}


def _object(fields: JsonObject) -> JsonObject:
    names = {field.rstrip("!"): field for field in fields}
    schema: JsonObject = {
        "type": "object",
        "properties": {name: to_schema(fields[field]) for name, field in names.items()},
    }
    required = [name for name, field in names.items() if field.endswith("!")]
    return schema | ({"required": required} if required else {})


def _choice(words: list[str]) -> JsonObject:
    schema: JsonObject = {"type": "string", "enum": [word.rstrip("*") for word in words]}
    starred = [word.rstrip("*") for word in words if word.endswith("*")]
    return schema | ({"default": starred[0]} if starred else {})


def _list(item: str, key: str | None) -> JsonObject:
    schema: JsonObject = {"type": "array", "items": to_schema(item)}
    if key:
        schema |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}
    return schema


def _integer(sign: str | None, number: str | None) -> JsonObject:
    schema: JsonObject = {"type": "integer", "format": "int32"}
    if number is not None:
        schema["minimum" if sign == ">=" else "default"] = int(number)
    return schema


def _definition(word: str) -> str:
    if not word.startswith("k8s:"):
        return word
    name = word.removeprefix("k8s:")
    return f"io.k8s.api.{name}" if "." in name else f"io.k8s.api.core.v1.{name}"
