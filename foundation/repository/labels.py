"""What stands in `labels.json`: `{"stable": 2}`."""

from __future__ import annotations

import json


def parse_labels(data: bytes) -> dict[str, int] | None:
    """Returns each label and its version; None where the JSON says something else.

    Raises:
        ValueError: It is not JSON.
    """
    tree = json.loads(data)
    if isinstance(tree, dict) and all(type(number) is int for number in tree.values()):
        return tree
    return None
