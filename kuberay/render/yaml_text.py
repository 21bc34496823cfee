"""Writes objects as YAML with pyyaml: block style, the order of the data, comments.

pyyaml drops comments when it reads and has no way to write them, so the comment of a value travels
beside it: on the node that represents it, then on the event that begins it, to the emitter, which
writes it above the line of its key or list item.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

import yaml

from kuberay.render.commented import Commented, Tree

_COLUMNS = 100


def documents(objects: Iterable[Tree]) -> str:
    return "".join(f"---\n{text(tree)}" for tree in objects)


def text(tree: Tree) -> str:
    dumped = yaml.dump(
        tree, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=_COLUMNS
    )
    assert isinstance(dumped, str)
    return dumped


class _Dumper(yaml.SafeDumper):
    _comment: str | None = None

    def ignore_aliases(self, data: object) -> bool:
        """Nothing is written as an alias: a person edits one place, and means one."""
        del data
        return True

    # -- from the value to its node

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:  # noqa: ANN401 - pyyaml's
        """The comment of a value moves to its key, which is first."""
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, value in node.value:
            vars(key)["comment"] = vars(value).pop("comment", None)
        return node

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:  # noqa: ANN401 - pyyaml's
        """What would stand behind the dash moves above it."""
        node = super().represent_sequence(tag, sequence, flow_style)
        for item in node.value:
            first = item.value[0][0] if isinstance(item, yaml.MappingNode) and item.value else None
            if first is not None and not getattr(item, "comment", None):
                vars(item)["comment"] = vars(first).pop("comment", None)
        return node

    # -- from the node to its first event

    def serialize_node(self, node: Any, parent: Any, index: Any) -> None:  # noqa: ANN401 - pyyaml's
        self._comment = getattr(node, "comment", None)
        super().serialize_node(node, parent, index)

    def emit(self, event: Any) -> None:  # noqa: ANN401 - pyyaml's
        event.comment, self._comment = self._comment, None
        super().emit(event)

    # -- from the event to the text

    def expect_block_mapping_key(self, first: bool = False) -> None:
        self._write_comment()
        super().expect_block_mapping_key(first)

    def expect_block_sequence_item(self, first: bool = False) -> None:
        self._write_comment()
        super().expect_block_sequence_item(first)

    def _write_comment(self) -> None:
        comment = getattr(self.event, "comment", None)
        if not comment:
            return
        indent: int = self.indent or 0
        for line in textwrap.wrap(comment, max(40, _COLUMNS - indent - 2)):
            self.write_indent()
            self.write_indicator(f"# {line}", True)  # noqa: FBT003 - pyyaml's


def _represent_commented(dumper: _Dumper, value: Commented) -> Any:  # noqa: ANN401 - pyyaml's
    node = dumper.represent_data(value.value)
    vars(node)["comment"] = value.comment
    return node


def _represent_text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(Commented, _represent_commented)
_Dumper.add_representer(str, _represent_text)
