from __future__ import annotations

from pathlib import Path

import pytest

from kuberay.validate.checks import all_rules
from kuberay.validate.finding import Severity
from kuberay.validate.manifest.node import Document
from kuberay.validate.rule import Rule, define, shown

DOCS = Path(__file__).parents[3] / "docs" / "validation.md"


def test_the_documentation_lists_every_rule_as_it_is() -> None:
    """In the order of their names, with what is expected and why."""
    wanted = [f"| `{r.id}` | {r.severity} | {r.expected} | {r.why} |" for r in all_rules()]
    assert [line for line in DOCS.read_text().splitlines() if line.startswith("| `")] == wanted


def test_two_rules_of_one_name_are_a_mistake() -> None:
    """Scripts filter by the name."""
    rule = Rule("yaml/syntax", Severity.ERROR, "a", "b.")
    with pytest.raises(ValueError, match="two rules are named yaml/syntax"):
        define(rule)


def test_a_finding_says_where_and_what() -> None:
    """The value itself is what came, unless something else says more."""
    document = Document("a.yaml", {"kind": "A", "x": {"a.b": [1]}}, {(): 1, ("x",): 3})
    rule = Rule("yaml/name", Severity.WARNING, "another", "It fails.", "change it")
    found = rule.at(document.root["x"]["a.b"][0])
    assert (found.place.line, found.place.path) == (3, 'x["a.b"][0]')
    assert (found.came, found.expected, found.fix) == ("1", "another", "change it")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"), (True, "true"), ("a", '"a"'), (2.5, "2.5"), ([1], "a list of 1"),
        ({"a": 1}, "an object of a"), ("x" * 200, '"' + "x" * 116 + "..."),
    ],
)  # fmt: skip
def test_values_are_shown_as_yaml_and_short(value: object, text: str) -> None:
    """A finding is a few lines, whatever stands in the file."""
    assert shown(value) == text
