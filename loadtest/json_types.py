"""Names for JSON at the edges."""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]
JsonValue = Any
"""Any JSON value."""
