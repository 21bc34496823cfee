from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = "apiVersion: v1\nkind: Service\n"
WHERE = "{name: a, namespace: b}"
BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: a}
spec: {maxUnavailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow}
"""
ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: 'system:a'}
"""


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (f"{HEAD}metadata: {WHERE}\nspec: {{ports: [{{port: 80}}]}}", set()),
        (f"{HEAD}metadata: {WHERE}\nspec: {{prots: []}}", {"api/unknown-field"}),
        (f"{HEAD}metadata: {WHERE}\nspec: {{ports: [{{port: x}}]}}", {"api/type"}),
        (f"{HEAD}metadata: {{name: A_b}}", {"api/name"}),
        (f"{HEAD}metadata: {{}}", {"api/required"}),
        (f"{HEAD}metadata: {{name: a, labels: {{x: 'a b'}}}}", {"api/label"}),
        (f"{HEAD}metadata: {{name: a, annotations: {{'a b': c}}}}", {"api/label"}),
        ("kind: Service\nmetadata: {name: a}", {"api/required"}),
        ("apiVersion: v1\nkind: Servise\nmetadata: {name: a}", {"api/kind"}),
        ("apiVersion: apps/v2\nkind: Deployment\nmetadata: {name: a}", {"api/kind"}),
        (BUDGET, set()),
        (ROLE, set()),
    ],
)  # fmt: skip
def test_core_objects_are_checked_strictly(
    report_of: Callable[..., object], text: str, rules: set[str]
) -> None:
    """Kubernetes' own schemas, unknown fields forbidden."""
    assert {finding.rule for finding in report_of(text).findings} == rules  # type: ignore[attr-defined]


def test_the_old_version_is_warned_of(rules_of: Callable[..., set[str]]) -> None:
    """v1alpha1 is served by the cluster and lacks the newer fields."""
    assert "api/old-version" in rules_of({"apiVersion": "ray.io/v1alpha1"})
