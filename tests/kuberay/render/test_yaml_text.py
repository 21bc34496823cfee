"""YAML with reasons: what a person reads, and what a machine reads."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from kuberay.render.commented import Commented, Tree, plain
from kuberay.render.yaml_text import documents, text

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=30)
REASONS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=200)
TREES: st.SearchStrategy[Tree] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4),
        st.builds(Commented, REASONS, inner),
    ),
    max_leaves=25,
)


def test_a_reason_stands_above_its_line() -> None:
    """Of a key, of an item, and of the first key of an item, which would stand behind the dash."""
    tree: Tree = {
        "a": Commented("why a", 1),
        "list": [Commented("why item", {"x": 1}), {"y": Commented("why y", "2")}],
    }
    assert text(tree).splitlines() == [
        "# why a", "a: 1", "list:", "# why item", "- x: 1", "# why y", "- y: '2'",
    ]  # fmt: skip


def test_a_long_reason_is_wrapped_at_its_indentation() -> None:
    """Nobody scrolls sideways for a comment."""
    lines = text({"a": {"b": Commented("word " * 60, 1)}}).splitlines()
    assert all(line.startswith("  # ") and len(line) <= 100 for line in lines[1:-1])


def test_text_of_several_lines_is_a_block() -> None:
    """serveConfigV2 stays readable."""
    assert text({"a": "b: 1\nc: 2\n"}) == "a: |\n  b: 1\n  c: 2\n"


def test_text_that_looks_like_something_else_is_quoted() -> None:
    """RayStartParams are text for the API server: `0` would be refused."""
    assert yaml.safe_load(text({"a": ["0", "true", "2.60", "on", "null"]})) == {
        "a": ["0", "true", "2.60", "on", "null"]
    }


@given(st.dictionaries(st.text(min_size=1, max_size=8), TREES, max_size=5))
def test_a_machine_reads_what_was_meant(tree: dict[str, Tree]) -> None:
    """Reasons change nothing, wherever they are and whatever they say."""
    assert yaml.safe_load(text(tree)) == plain(tree)


def test_the_same_tree_twice_is_written_twice() -> None:
    """An alias would tie two places together that have nothing to do with each other."""
    shared: Tree = {"drop": ["ALL"]}
    assert "&" not in documents([{"a": shared, "b": shared}])
