"""What stands in `labels.json`: `{"stable": 2}`."""

from __future__ import annotations

import json


def parse_labels(data: bytes) -> dict[str, int] | None:
    """None where the JSON says something else; a ValueError where it is no JSON."""
    tree = json.loads(data)
    if isinstance(tree, dict) and all(type(number) is int for number in tree.values()):
        return tree
    return None
