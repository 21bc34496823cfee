"""Names for values that cross a JSON or YAML edge."""

from __future__ import annotations

from typing import Any, TypeAlias

JsonValue: TypeAlias = Any
"""Anything JSON can say: an object, a list, a string, a number, a boolean or None."""

JsonObject: TypeAlias = dict[str, Any]
"""A decoded JSON object, as the REST APIs answer it and as `--json` prints it."""

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""A decoded JSON value, to be taken apart with checks."""
