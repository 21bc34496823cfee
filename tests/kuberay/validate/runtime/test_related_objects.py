from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

LABELS = {"app.kubernetes.io/instance": "shop"}


def budget(labels: dict[str, str]) -> dict[str, Any]:
    """Returns a PodDisruptionBudget for pods with these labels."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "shop"},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels}},
    }


def policy(*ports: object) -> dict[str, Any]:
    """Returns a NetworkPolicy for the head that allows these ports."""
    rule = {"ports": [{"port": port} for port in ports]}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "shop"},
        "spec": {"podSelector": {"matchLabels": LABELS}, "ingress": [rule]},
    }


def account(name: str) -> dict[str, Any]:
    """Returns a ServiceAccount."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}


@pytest.mark.parametrize(
    ("neighbours", "rules"),
    [
        ([], ["runtime/service-account"]),
        ([account("models")], []),
        ([account("models"), account("models")], ["runtime/object-twice"]),
        ([account("models"), budget(LABELS)], []),
        ([account("models"), budget({"ray.io/node-type": "worker"})], []),
        ([account("models"), budget({"app": "other"})], ["runtime/budget-selects-nothing"]),
        ([account("models"), policy(8000)], ["runtime/dashboard-blocked"]),
        ([account("models"), policy(8000, 8265)], []),
        ([account("models"), policy("dashboard")], []),
    ],
)
def test_the_objects_beside_a_service_fit_it(
    valid_manifest: dict[str, Any],
    report_of: Callable[..., Any],
    neighbours: list[dict[str, Any]],
    rules: list[str],
) -> None:
    """A missing account, a budget for nobody, a policy that freezes rollouts."""
    cluster = valid_manifest["spec"]["rayClusterConfig"]
    head = cluster["headGroupSpec"]["template"]
    head["metadata"] = {"labels": LABELS}
    head["spec"]["serviceAccountName"] = "models"
    report = report_of(yaml.safe_dump_all([valid_manifest, *neighbours]))
    assert [finding.rule for finding in report.findings] == rules
