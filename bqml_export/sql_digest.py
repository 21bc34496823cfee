"""The hash of a SQL text, by which a published version knows what it was made from."""

from __future__ import annotations

import hashlib


def sql_sha256(sql: str) -> str:
    """Returns the sha256 of a SQL text, spaces at its ends left out, as hexadecimal digits."""
    return hashlib.sha256(sql.strip().encode("utf-8")).hexdigest()
