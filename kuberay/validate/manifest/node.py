"""A document of a stream, and a cursor that knows where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from foundation.json_types import JsonValue
from kuberay.validate.finding import Place

Path = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$-]*")


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its value, and the line of every path in it.

    `prefix` is the path of the text that this document was read from, where it is the content of
    a field of another one (serveConfigV2).
    """

    file: str
    value: JsonValue
    lines: Mapping[Path, int] = field(default_factory=dict)
    prefix: str = ""
    owner: str = ""

    @property
    def root(self) -> Node:
        return Node(self, (), self.value)

    @property
    def name(self) -> str:
        """`<kind>/<name>`, or the file where the document is no object."""
        if self.owner:
            return self.owner
        root = self.root
        kind, name = root["kind"].text, root["metadata"]["name"].text
        return f"{kind}/{name}" if kind and name else kind or self.file

    def line_of(self, path: Path) -> int:
        """The line of a path, or of the nearest thing above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a document and the value there; None where nothing stands.

    Steps into what is absent, or is of another type, give empty nodes: wrong types are the
    schema's findings, and every other rule can walk on without asking.
    """

    document: Document
    path: Path
    value: JsonValue

    def __getitem__(self, key: str | int) -> Node:
        value = None
        if isinstance(key, str) and isinstance(self.value, dict):
            value = self.value.get(key)
        elif isinstance(key, int) and isinstance(self.value, list) and key < len(self.value):
            value = self.value[key]
        return Node(self.document, (*self.path, key), value)

    def at(self, *keys: str | int) -> Node:
        node = self
        for key in keys:
            node = node[key]
        return node

    def each(self, path: str) -> list[Node]:
        """Takes a path such as `ports[].protocol`; one node for each entry of a list."""
        nodes = [self]
        for step in path.split("."):
            key = step.removesuffix("[]")
            nodes = [node[key] for node in nodes]
            if key != step:
                nodes = [item for node in nodes for item in node.items]
        return nodes

    def __bool__(self) -> bool:
        return self.value is not None

    @property
    def place(self) -> Place:
        document = self.document
        return Place(
            document.file,
            document.line_of(self.path),
            document.name,
            document.prefix + dotted(self.path),
        )

    @property
    def items(self) -> list[Node]:
        count = len(self.value) if isinstance(self.value, list) else 0
        return [self[index] for index in range(count)]

    @property
    def entries(self) -> Iterator[tuple[str, Node]]:
        if isinstance(self.value, dict):
            yield from ((str(key), self[key]) for key in self.value)

    @property
    def text(self) -> str:
        return self.value if isinstance(self.value, str) else ""

    @property
    def integer(self) -> int | None:
        is_integer = isinstance(self.value, int) and not isinstance(self.value, bool)
        return self.value if is_integer else None

    @property
    def number(self) -> float | None:
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return float(self.value) if is_number else None

    @property
    def is_true(self) -> bool:
        return self.value is True


class At:
    """An attribute of a view that stands some steps below another one."""

    def __init__(self, attribute: str, *keys: str | int) -> None:
        self._attribute, self._keys = attribute, keys

    def __get__(self, view: object, _owner: type | None = None) -> Node:
        start: Node = getattr(view, self._attribute)
        return start.at(*self._keys)


def dotted(path: Path) -> str:
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif _PLAIN_KEY.fullmatch(key):
            text += f".{key}" if text else key
        else:
            text += f'["{key}"]'
    return text
