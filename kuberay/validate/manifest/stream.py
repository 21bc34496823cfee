"""Reading a YAML stream: every document with its lines, and what is wrong with the YAML itself."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from kuberay.errors import UsageError
from kuberay.validate.manifest.graph import compose
from kuberay.validate.manifest.node import Document, Node
from kuberay.validate.rule import Finding, error

SYNTAX = error(
    "yaml/syntax", "well-formed YAML", "kubectl cannot read the file.",
    "mend the YAML at this line",
)  # fmt: skip
TAB = error("yaml/tab", "spaces", "YAML forbids tabs as indentation.", "replace the tab by spaces")
NOT_AN_OBJECT = error(
    "yaml/not-an-object", "an object with apiVersion, kind and metadata",
    "Kubernetes takes objects only.", "write apiVersion, kind and metadata, or delete the document",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stream:
    """What the input held: documents that could be read, and findings of those that could not."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]


def read_files(names: Iterable[str]) -> Stream:
    documents: list[Document] = []
    findings: list[Finding] = []
    for name in names:
        stream = read_text(_text_of(name), "<stdin>" if name == "-" else name)
        documents += stream.documents
        findings += stream.findings
    return Stream(tuple(documents), tuple(findings))


def read_text(text: str, file: str) -> Stream:
    """`kind: List` is unfolded as kubectl does."""
    findings: list[Finding] = []
    documents: list[Document] = []
    try:
        for document, wrong in compose(text, file):
            findings += wrong
            documents += _objects_of(document, findings)
    except yaml.YAMLError as exc:
        findings.append(_syntax_finding(exc, text, file))
    except RecursionError:
        findings.append(SYNTAX.at(_at_line(file, 1), "a structure nested too deep"))
    return Stream(tuple(documents), tuple(findings))


def _objects_of(document: Document, findings: list[Finding]) -> list[Document]:
    if document.value is None:
        return []
    if not isinstance(document.value, dict):
        findings.append(NOT_AN_OBJECT.at(document.root))
        return []
    if document.value.get("kind") != "List":
        return [document]
    return [_lifted(item) for item in document.root["items"].items]


def _lifted(item: Node) -> Document:
    depth = len(item.path)
    lines = {
        path[depth:]: line
        for path, line in item.document.lines.items()
        if path[:depth] == item.path
    }
    return Document(item.document.file, item.value, lines)


def _text_of(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as exc:
        hint = "name a YAML file, or - for standard input"
        raise UsageError(f"cannot read {name}: {exc.strerror}", hint=hint) from exc
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as exc:
        raise UsageError(f"{name} is not UTF-8 text: {exc.reason} at byte {exc.start}") from exc


def _syntax_finding(exc: yaml.YAMLError, text: str, file: str) -> Finding:
    mark = getattr(exc, "problem_mark", None)
    line = mark.line + 1 if mark else 1 + text[: getattr(exc, "position", 0)].count("\n")
    lines = text.splitlines()
    content = lines[line - 1] if line <= len(lines) else ""
    indent = content[: len(content) - len(content.lstrip())]
    if "\t" in indent:
        return TAB.at(_at_line(file, line), "a tab in the indentation")
    problem = getattr(exc, "problem", None) or getattr(exc, "reason", None) or "unreadable text"
    return SYNTAX.at(_at_line(file, line), str(problem))


def _at_line(file: str, line: int) -> Node:
    return Document(file, None, {(): line}).root
