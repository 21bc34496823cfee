"""The CEL rules of KubeRay's CRDs, evaluated without a CEL interpreter.

KubeRay 1.7 writes five rules in two forms, so that a table of forms is shorter than a dependency.
A rule in another form (of a newer CRD that the user gives) is reported by name, never skipped in
silence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jsonschema import ValidationError

from foundation.json_types import JsonObject, JsonValue

_CHOICE = re.compile(r"self in (?P<choices>\[[^\]]*\])")
_TRANSITION = re.compile(r"\boldSelf\b")

BROKEN = "celBroken"
NOT_EVALUATED = "celNotEvaluated"


def broken_rules(rules: list[JsonObject], value: JsonValue) -> Iterator[ValidationError]:
    """Rules about `oldSelf` compare with the stored object.

    As in the API server, they do not apply to a new one; an update is judged by
    `apply --dry-run=server`.
    """
    for rule in rules:
        text = str(rule.get("rule", "")).strip()
        if _TRANSITION.search(text):
            continue
        match = _CHOICE.fullmatch(text)
        if match is None:
            yield _error(f"the rule {text}", NOT_EVALUATED, text)
        elif value not in ast.literal_eval(match["choices"]):
            yield _error(str(rule.get("message", text)), BROKEN, text)


def _error(message: str, verdict: str, rule: str) -> ValidationError:
    return ValidationError(message, validator=verdict, validator_value=rule)
