"""Cursors: steps into what is there, and into what is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from kuberay.validate.manifest.node import At, Document, Node

TREE: dict[str, Any] = {"a": {"b": [{"c": 1}, {"c": 2}, 3]}, "d": [[{"c": 4}]]}


@dataclass(frozen=True, slots=True)
class View:
    """What has a node has everything below it."""

    node: Node
    second = At("node", "a", "b", 1)
    deeper = At("second", "c")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", [TREE["a"]["b"]]),
        ("a.b[]", [{"c": 1}, {"c": 2}, 3]),
        ("a.b[].c", [1, 2, None]),
        ("a[].b", []),
        ("x.y", [None]),
    ],
)
def test_a_path_reaches_each_entry_of_its_lists(path: str, found: list[object]) -> None:
    """What is absent, or of another type, gives empty nodes: the schema tells of it."""
    root = Document("a.yaml", TREE).root
    assert [node.value for node in root.each(path)] == found


def test_a_node_of_a_path_knows_where_it_stands() -> None:
    """As one that was reached step by step."""
    root = Document("a.yaml", TREE, {("a", "b", 1, "c"): 7}).root
    node = root.each("a.b[].c")[1]
    assert (node.place.path, node.place.line) == ("a.b[1].c", 7)


def test_a_view_names_places() -> None:
    """From another one of its places, too."""
    view = View(Document("a.yaml", TREE).root)
    assert (view.second.value, view.deeper.value) == ({"c": 2}, 2)
