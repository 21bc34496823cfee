from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kuberay.validate.manifest.node import Document
from kuberay.validate.schema._cel import BROKEN, NOT_EVALUATED, broken_rules
from kuberay.validate.schema._structural import findings_of
from kuberay.validate.schema.catalog import Catalog

CHOICE = {"rule": "self in ['a', 'b']", "message": "must be a or b"}
TRANSITION = {"rule": "self == oldSelf", "message": "immutable"}


def rules_in(schema: Any) -> Iterator[dict[str, str]]:
    """Yields every CEL rule of a schema."""
    if isinstance(schema, dict):
        yield from schema.get("x-kubernetes-validations", ())
        for child in schema.values():
            yield from rules_in(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from rules_in(child)


@pytest.mark.parametrize("kind", ["RayService", "RayCluster"])
def test_every_rule_of_kuberays_crds_is_evaluated(real_crds: Catalog, kind: str) -> None:
    """KubeRay 1.7 has no CEL rule of a form that is not known here."""
    rules = list(rules_in(real_crds.custom["ray.io/v1", kind]))
    assert rules
    verdicts = [v.validator for rule in rules for v in broken_rules([rule], "no such value")]
    assert NOT_EVALUATED not in verdicts


@pytest.mark.parametrize(("value", "verdicts"), [("a", []), ("c", [BROKEN])])
def test_a_choice_is_judged(value: str, verdicts: list[str]) -> None:
    """`self in [...]` is the form in which KubeRay writes an enum."""
    assert [verdict.validator for verdict in broken_rules([CHOICE], value)] == verdicts


def test_a_transition_does_not_apply_to_a_new_object() -> None:
    """As in the API server: there is no old value to compare with."""
    assert list(broken_rules([TRANSITION], "a")) == []


def test_a_rule_of_another_form_is_named() -> None:
    """Not passed over: a newer CRD may have rules that are not known here."""
    rule = {"rule": "self.size() < 3"}
    schema = {"type": "object", "x-kubernetes-validations": [rule]}
    found = findings_of(Document("a.yaml", {}), schema)
    assert [finding.rule for finding in found] == ["api/cel-not-evaluated"]
