"""What is checked: the rules, with the reason of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kuberay.validate.finding import Finding, Severity, Source

if TYPE_CHECKING:
    from foundation.json_types import JsonObject, JsonValue
    from kuberay.validate.manifest.node import Node

__all__ = ["Finding", "Findings", "Rule", "define", "defined_rules", "error", "shown", "warning"]

Findings: TypeAlias = Iterator[Finding]
_LONGEST_VALUE = 120
_SOURCES = {
    "yaml": Source.YAML, "api": Source.API_SERVER, "operator": Source.OPERATOR, "ray": Source.RAY,
    "runtime": Source.RUNTIME,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """`id` is `<group>/<name>`, stable across releases: scripts may filter by it.

    The group says who would complain. `expected` is the rule itself, as a sentence part; `why` says
    what happens otherwise; `fix` is empty where what to do depends on the value.
    """

    id: str
    severity: Severity
    expected: str
    why: str
    fix: str = ""

    @property
    def source(self) -> Source:
        return _SOURCES[self.id.partition("/")[0]]

    def document(self) -> JsonObject:
        texts = {"expected": self.expected, "why": self.why, "fix": self.fix}
        return {"rule": self.id, "severity": self.severity, "source": self.source, **texts}

    def at(
        self, node: Node, came: str | None = None, *, expected: str = "", fix: str = ""
    ) -> Finding:
        return Finding(
            rule=self.id,
            severity=self.severity,
            source=self.source,
            place=node.place,
            came=shown(node.value) if came is None else came,
            expected=expected or self.expected,
            fix=fix or self.fix,
        )


_DEFINED: dict[str, Rule] = {}


def define(rule: Rule) -> Rule:
    """Enters the rule in the list that `--list-rules` prints."""
    if rule.id in _DEFINED:
        raise ValueError(f"two rules are named {rule.id}")
    _DEFINED[rule.id] = rule
    return rule


def error(rule_id: str, expected: str, why: str, fix: str = "") -> Rule:
    return define(Rule(rule_id, Severity.ERROR, expected, why, fix))


def warning(rule_id: str, expected: str, why: str, fix: str = "") -> Rule:
    return define(Rule(rule_id, Severity.WARNING, expected, why, fix))


def defined_rules() -> tuple[Rule, ...]:
    """Of the modules imported so far, in the order of their definition."""
    return tuple(_DEFINED.values())


def shown(value: JsonValue) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"an object of {', '.join(map(str, value)) or 'no fields'}"[:_LONGEST_VALUE]
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."
