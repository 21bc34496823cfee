"""The structural findings of one object: unknown fields, types, enums, ranges, list keys, CEL."""

from __future__ import annotations

from jsonschema import ValidationError

from foundation.json_types import JsonObject, JsonValue
from kuberay.validate.manifest.node import Document, Node
from kuberay.validate.rule import Finding, Findings, error, shown, warning
from kuberay.validate.schema import _cel as cel
from kuberay.validate.schema._keywords import UNKNOWN_FIELD, StructuralValidator
from kuberay.validate.suggestion import did_you_mean, did_you_mean_in_any_case

_REFUSED = "The object is refused."
UNKNOWN = error(
    "api/unknown-field", "a field that the kind has",
    "kubectl is refused; a client without strict validation loses the field in silence.",
)  # fmt: skip
TYPE = error("api/type", "a value of the field's type", _REFUSED)
REQUIRED = error("api/required", "the field", _REFUSED)
CHOICE = error("api/enum", "one of the allowed words", _REFUSED)
SYNTAX = error("api/pattern", "the field's syntax", _REFUSED)
RANGE = error("api/range", "a value in range", _REFUSED)
LIST_KEY = error(
    "api/duplicate-list-key", "each entry of the list once",
    "KubeRay's CRD keys these lists, stricter than core/v1: the object is refused.",
    "delete or rename the second entry",
)  # fmt: skip
CEL = error("api/cel", "what the CRD's CEL rule says", _REFUSED)
CEL_UNKNOWN = warning(
    "api/cel-not-evaluated", "a CEL rule that this tool can evaluate",
    "The rule is newer than this tool.", "check it with `apply --dry-run=server`",
)  # fmt: skip

_RANGES = {
    "minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than", "minLength": "at least this long:", "maxItems": "at most",
    "maxLength": "at most this long:", "minItems": "at least", "format": "a number that fits",
}  # fmt: skip
_MISPLACED = "delete it, or move it where it belongs"
_TYPES = {
    "object": "an object", "array": "a list", "string": "text", "integer": "a whole number",
    "number": "a number", "boolean": "true or false",
}  # fmt: skip


def findings_of(document: Document, schema: JsonObject) -> Findings:
    validator = StructuralValidator(schema)
    for problem in validator.iter_errors(document.value):
        node = document.root.at(*problem.absolute_path)
        yield _finding(problem, node)


def _finding(problem: ValidationError, node: Node) -> Finding:  # noqa: PLR0911 - one per keyword
    keyword: JsonValue = problem.validator
    wanted: JsonValue = problem.validator_value
    if keyword == UNKNOWN_FIELD:
        return UNKNOWN.at(
            node, node.place.path, fix=did_you_mean(problem.message, wanted, _MISPLACED)
        )
    if keyword == "required":
        child = node[problem.message]
        return REQUIRED.at(child, "nothing", fix=f"add {problem.message}")
    if keyword == "x-kubernetes-list-map-keys":
        return LIST_KEY.at(node, f"{problem.message} a second time")
    if keyword == cel.BROKEN:
        return CEL.at(node, expected=problem.message, fix="change the value")
    if keyword == cel.NOT_EVALUATED:
        return CEL_UNKNOWN.at(node, str(wanted))
    if keyword == "enum":
        words = ", ".join(map(str, wanted))
        fix = did_you_mean_in_any_case(str(node.value), map(str, wanted), "use one of them")
        return CHOICE.at(node, expected=f"one of {words}", fix=fix)
    if keyword == "pattern":
        return SYNTAX.at(node, expected=_pattern(str(wanted)), fix="write it so")
    if keyword in _RANGES:
        expected = f"{_RANGES[str(keyword)]} {wanted}"
        return RANGE.at(node, expected=expected, fix="change the value")
    return _type_finding(problem, node)


def _type_finding(problem: ValidationError, node: Node) -> Finding:
    names = _type_names(problem)
    expected = " or ".join(_TYPES.get(name, name) for name in names) or "another type"
    came = f"{_TYPES.get(_type_of(node.value), 'nothing')} ({shown(node.value)})"
    return TYPE.at(node, came, expected=expected, fix=_type_fix(names, node.value))


def _type_names(problem: ValidationError) -> list[str]:
    wanted: JsonValue = problem.validator_value
    branches = wanted if problem.validator in ("anyOf", "oneOf") else [{"type": wanted}]
    names: list[str] = []
    for branch in branches:
        types = branch.get("type", [])
        names += [types] if isinstance(types, str) else types
    return [name for name in dict.fromkeys(names) if name != "null"]


def _type_of(value: JsonValue) -> str:
    kinds: dict[type, str] = {
        dict: "object", list: "array", str: "string", bool: "boolean", int: "integer",
        float: "number",
    }  # fmt: skip
    return kinds.get(type(value), "null")


def _type_fix(names: list[str], value: JsonValue) -> str:
    if names == ["string"] and isinstance(value, bool | int | float):
        return 'put it in "quotes"'
    if names == ["string"] and isinstance(value, dict | list):
        return "write it as a text block: put | after the key and indent the content"
    if isinstance(value, str) and names and set(names) <= {"integer", "number", "boolean"}:
        return "remove the quotes"
    return "delete the field, or give it a value" if value is None else "change the value"


def _pattern(pattern: str) -> str:
    if "[KMGTPE]i" in pattern:
        return "a quantity such as 500m, 2 or 8Gi"
    return f"text of the form {pattern}"
