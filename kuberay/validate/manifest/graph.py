"""From PyYAML's node graph to plain values: lines, anchors, merge keys, duplicate keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from foundation.json_types import JsonObject, JsonValue
from kuberay.validate.manifest._scalars import (
    SURPRISING_BOOLEANS,
    PlainLoader,
    scalar_value,
)
from kuberay.validate.manifest.node import Document, Path
from kuberay.validate.rule import Finding, Rule, error, warning

DUPLICATE_KEY = error(
    "yaml/duplicate-key", "each key once in an object",
    "The last one wins silently, or strict clients refuse the file.", "delete one of them",
)  # fmt: skip
KEY_NOT_TEXT = error(
    "yaml/key-not-text", "a key that is text",
    "JSON, which is what the API server gets, has no other keys.", "quote the key",
)  # fmt: skip
SURPRISING_BOOLEAN = warning(
    "yaml/surprising-boolean", "true, false or a quoted string",
    "kubectl reads y, n, yes, no, on and off as booleans; other readers as text.",
    'write true or false, or put it in "quotes"',
)  # fmt: skip
TOO_MANY_ALIASES = error(
    "yaml/too-many-aliases", "a document of at most 200000 values",
    "Aliases of aliases grow without end; the API server limits a request to 3 MiB.",
    "write the values out, or use fewer aliases",
)  # fmt: skip
_MOST_VALUES = 200_000
Composed: TypeAlias = tuple[Document, tuple[Finding, ...]]
"""A document and what is wrong with its YAML."""


def compose(text: str, file: str, *, first_line: int = 1) -> Iterator[Composed]:
    """A YAMLError comes after the documents before its place."""
    for root in yaml.compose_all(text, Loader=PlainLoader):
        yield _Walk(file, first_line).document(root)


@dataclass(slots=True)
class _Walk:
    file: str
    first_line: int
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[tuple[Rule, Path, str]] = field(default_factory=list)
    open_nodes: list[yaml.Node] = field(default_factory=list)
    values: int = 0

    def document(self, root: yaml.Node | None) -> Composed:
        value = None if root is None else self.value(root, ())
        document = Document(self.file, value, self.lines)
        findings = (rule.at(document.root.at(*path), came) for rule, path, came in self.problems)
        return document, tuple(findings)

    def value(self, node: yaml.Node, path: Path) -> JsonValue:
        self.values += 1
        self.lines.setdefault(path, node.start_mark.line + self.first_line)
        if self.values > _MOST_VALUES or any(node is parent for parent in self.open_nodes):
            return self._give_up(path)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        self.open_nodes.append(node)
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
            assert isinstance(node, yaml.MappingNode)
            return self._mapping(node, path)
        finally:
            self.open_nodes.pop()

    def _give_up(self, path: Path) -> None:
        if not any(rule is TOO_MANY_ALIASES for rule, _, _ in self.problems):
            self.problems.append((TOO_MANY_ALIASES, path, "an alias that never ends"))

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> JsonValue:
        if not node.style and node.value in SURPRISING_BOOLEANS:
            self.problems.append((SURPRISING_BOOLEAN, path, node.value))
        return scalar_value(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> JsonObject:
        merged: JsonObject = {}
        own: JsonObject = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged = self._merged(value_node, path) | merged
                continue
            key = self._key(key_node, path)
            if key in own:
                self.problems.append((DUPLICATE_KEY, (*path, key), f"{key} a second time"))
                self.lines[(*path, key)] = key_node.start_mark.line + self.first_line
                continue
            self.lines[(*path, key)] = key_node.start_mark.line + self.first_line
            own[key] = self.value(value_node, (*path, key))
        return merged | own

    def _merged(self, node: yaml.Node, path: Path) -> JsonObject:
        found = self.value(node, path)
        parts = found if isinstance(found, list) else [found]
        merged: JsonObject = {}
        for part in parts:
            merged = (part if isinstance(part, dict) else {}) | merged
        return merged

    def _key(self, node: yaml.Node, path: Path) -> str:
        value = scalar_value(node) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(value, str):
            return value
        text = str(node.value) if isinstance(node, yaml.ScalarNode) else "a composite key"
        self.problems.append((KEY_NOT_TEXT, (*path, text), text))
        return text
