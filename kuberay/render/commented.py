"""A value with the reason why it is as it is, which the YAML shows as a comment above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, Union

Tree: TypeAlias = Union[
    "Commented", Mapping[str, "Tree"], Sequence["Tree"], str, int, float, bool, None
]
"""What YAML can say, with comments."""
Object: TypeAlias = dict[str, Tree]
"""A mapping, mostly a whole Kubernetes object."""
Plain: TypeAlias = dict[str, "Plain"] | list["Plain"] | str | int | float | bool | None
"""The same without comments."""


@dataclass(frozen=True, slots=True)
class Commented:
    """A value, and the comment that gives its reason."""

    comment: str
    value: Tree


def plain(tree: Tree) -> Plain:
    if isinstance(tree, Commented):
        return plain(tree.value)
    if isinstance(tree, Mapping):
        return {key: plain(value) for key, value in tree.items()}
    if isinstance(tree, str) or not isinstance(tree, Sequence):
        return tree
    return [plain(value) for value in tree]
