"""Names for values that cross a JSON edge."""

from __future__ import annotations

from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""A decoded JSON object, as the REST APIs answer it and as `--json` prints it."""
