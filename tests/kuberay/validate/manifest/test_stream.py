from __future__ import annotations

import io
from pathlib import Path

import pytest

from kuberay.errors import UsageError
from kuberay.validate.manifest.stream import read_files, read_text


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml/duplicate-key", 3),
        ("a:\n  b: |\n\tc\n", "yaml/tab", 3),
        ("a: [1\nb: 2\n", "yaml/syntax", 2),
        ("a: 1\n---\n- 1\n", "yaml/not-an-object", 3),
        ("a: 1\nb: yes\n", "yaml/surprising-boolean", 2),
        ("a: 1\n1: 2\n", "yaml/key-not-text", 2),
        ("a: &x [*x]\n", "yaml/too-many-aliases", 1),
        ("a: *nowhere\n", "yaml/syntax", 1),
        ("a: \x07\n", "yaml/syntax", 1),
    ],
)
def test_what_is_wrong_with_the_yaml_is_found_with_its_line(
    text: str, rule: str, line: int
) -> None:
    """Before anything looks at what the YAML means."""
    found = read_text(text, "a.yaml").findings
    assert [(finding.rule, finding.place.line) for finding in found] == [(rule, line)]


def test_aliases_of_aliases_end() -> None:
    """A few lines of YAML may mean billions of values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    found = read_text("\n".join(lines), "a.yaml").findings
    assert [finding.rule for finding in found] == ["yaml/too-many-aliases"]


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("2.60", 2.6), ("2.60.0", "2.60.0"), ("1e3", 1000.0), ("12:30:00", "12:30:00"),
        ("2026-01-01", "2026-01-01"), ("0x1F", 31), ("0o17", 15), ("017", 15), ("1_000", 1000),
        ("~", None), ("", None), ("true", True), ("Off", False), ("'yes'", "yes"), ("-.5", -0.5),
        ("=", "="), ("+7", 7), ("0b11", 3), ("8Gi", "8Gi"), ("!!str 1", "1"),
    ],
)  # fmt: skip
def test_scalars_mean_what_they_mean_to_kubectl(scalar: str, value: object) -> None:
    """The Go library reads YAML otherwise than PyYAML does."""
    assert read_text(f"a: {scalar}\n", "a.yaml").documents[0].value == {"a": value}


def test_documents_anchors_and_merge_keys_are_read() -> None:
    """Empty documents do not count, own keys win over merged ones."""
    text = "---\n---\na: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n---\ne: 1\n"
    documents = read_text(text, "a.yaml").documents
    assert documents[0].value["d"] == {"b": 1, "c": 3}
    assert [document.line_of(()) for document in documents] == [3, 6]


def test_a_list_is_unfolded_with_its_lines() -> None:
    """`kubectl get -o yaml` prints several objects as one List."""
    text = "kind: List\napiVersion: v1\nitems:\n- kind: A\n  metadata: {name: a}\n- kind: B\n"
    documents = read_text(text, "a.yaml").documents
    assert [document.name for document in documents] == ["A/a", "B"]
    assert documents[0].line_of(("metadata", "name")) == 5


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    """`render | validate -` needs no file."""

    class Stdin:
        buffer = io.BytesIO(b"kind: A\n")

    monkeypatch.setattr("sys.stdin", Stdin())
    assert read_files(["-"]).documents[0].file == "<stdin>"


@pytest.mark.parametrize("data", [b"a: \xff\xfe\xfa\n", None])
def test_what_cannot_be_read_is_the_callers_mistake(tmp_path: Path, data: bytes | None) -> None:
    """A missing file, or one that is no text."""
    path = tmp_path / "a.yaml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UsageError, match=r"a\.yaml"):
        read_files([str(path)])
