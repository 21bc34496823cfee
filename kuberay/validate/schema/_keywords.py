"""JSON schema as Kubernetes means it: what the `x-kubernetes-` keywords add to the standard.

An object of a structural schema has the named properties and no others: the API server prunes
unknown fields, or refuses them under strict field validation. A field that is null is a field that
is absent: the server takes it away before it looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.protocols import Validator

from foundation.json_types import JsonObject, JsonValue
from kuberay.validate.schema._cel import broken_rules

Errors = Iterator[ValidationError]
_Validator: TypeAlias = Any  # the library's protocol lacks descend()
UNKNOWN_FIELD = "unknownField"
_EMBEDDED = ("apiVersion", "kind", "metadata")
_INTEGERS = {"int32": 2**31, "int64": 2**63}


def _type(
    validator: _Validator, types: JsonValue, instance: JsonValue, schema: JsonObject
) -> Errors:
    allowed = [types] if isinstance(types, str) else types
    if instance is None and schema.get("nullable"):
        return  # an entry of a list
    if not any(validator.is_type(instance, name) for name in allowed):
        yield ValidationError(f"not {types}")


def _properties(
    validator: _Validator, properties: JsonObject, instance: JsonValue, schema: JsonObject
) -> Errors:
    if not isinstance(instance, dict):
        return
    for name, value in instance.items():
        if name in properties and value is not None:
            yield from validator.descend(value, properties[name], path=name, schema_path=name)
        elif name not in properties and not _keeps(name, schema):
            yield _unknown(name, list(properties))


def _keeps(name: str, schema: JsonObject) -> bool:
    if schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema:
        return True
    return bool(schema.get("x-kubernetes-embedded-resource")) and name in _EMBEDDED


def _additional(
    validator: _Validator, additional: JsonValue, instance: JsonValue, schema: JsonObject
) -> Errors:
    if not isinstance(instance, dict) or additional is True:
        return
    known = schema.get("properties", {})
    for name, value in instance.items():
        if name in known:
            continue
        if additional is False:
            yield _unknown(name, list(known))
        elif value is not None:
            yield from validator.descend(value, additional, path=name)


def _unknown(name: str, known: list[str]) -> ValidationError:
    return ValidationError(
        name, path=[name], validator=UNKNOWN_FIELD, validator_value=known, instance=name
    )


def _items(
    validator: _Validator, items: JsonObject, instance: JsonValue, _schema: JsonObject
) -> Errors:
    if not isinstance(instance, list):
        return
    for index, item in enumerate(instance):
        if item is None and not items.get("nullable"):
            # Kubernetes' definitions allow it, its servers do not: an empty line of a YAML list.
            yield ValidationError(
                "null", path=[index], validator="type", validator_value="an entry, not an empty one"
            )
        else:
            yield from validator.descend(item, items, path=index)


def _required(
    _validator: _Validator, required: list[str], instance: JsonValue, schema: JsonObject
) -> Errors:
    if not isinstance(instance, dict):
        return
    properties = schema.get("properties", {})
    for name in required:
        if instance.get(name) is None and "default" not in properties.get(name, {}):
            yield ValidationError(name)


def _format(_validator: _Validator, name: str, instance: JsonValue, _schema: JsonObject) -> Errors:
    limit = _INTEGERS.get(name)
    is_integer = isinstance(instance, int) and not isinstance(instance, bool)
    if limit and is_integer and not -limit <= instance < limit:
        yield ValidationError(f"not {name}")


def _map_keys(
    _validator: _Validator, keys: list[str], instance: JsonValue, schema: JsonObject
) -> Errors:
    if not isinstance(instance, list):
        return
    items = schema.get("items", {}).get("properties", {})
    defaults = {key: items.get(key, {}).get("default") for key in keys}
    if "protocol" in keys:
        defaults["protocol"] = "TCP"  # Kubernetes' definitions tell it in prose only
    seen: set[str] = set()
    for index, item in enumerate(instance):
        if not isinstance(item, dict):
            continue
        name = ", ".join(f"{key} {item.get(key, defaults[key])}" for key in keys)
        if name in seen:
            yield ValidationError(name, path=[index])
        seen.add(name)


def _cel(
    _validator: _Validator, rules: list[JsonObject], instance: JsonValue, _schema: JsonObject
) -> Errors:
    return broken_rules(rules, instance)


_KEYWORDS: dict[str, Any] = {
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "required": _required,
    "format": _format,
    "x-kubernetes-list-map-keys": _map_keys,
    "x-kubernetes-validations": _cel,
}

_extend: Any = validators.extend  # its stub has no types
StructuralValidator: type[Validator] = _extend(Draft202012Validator, _KEYWORDS)
