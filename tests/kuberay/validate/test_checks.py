from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kuberay.validate.checks import Report
from kuberay.validate.rule import defined_rules
from kuberay.validate.schema.catalog import Catalog

TESTS = Path(__file__).parent


def test_the_valid_manifest_has_no_findings(
    valid_manifest: dict[str, Any], report_of: Callable[..., Report]
) -> None:
    """Else no other test here would mean anything; Ray's own classes agree."""
    report = report_of(yaml.safe_dump(valid_manifest), with_ray=True)
    assert report.findings == ()
    assert report.skipped == ()


def test_the_outline_needs_a_service_account_and_nothing_else(
    shared: Path, report_of: Callable[..., Report]
) -> None:
    """The reviewed outline of a production service is the best test for false findings."""
    text = (shared / "examples" / "rayservice.outline.yaml").read_text()
    report = report_of(text, with_ray=True)
    assert [finding.rule for finding in report.findings] == ["runtime/service-account"]


def test_the_cluster_that_the_operator_made_is_valid(
    shared: Path, report_of: Callable[..., Report]
) -> None:
    """A RayCluster as the real operator stored it, status included."""
    text = (shared / "data" / "kuberay-operator-output" / "raycluster.yaml").read_text()
    assert {finding.rule for finding in report_of(text).findings} == {"runtime/service-account"}


@pytest.mark.parametrize("name", ["head_pod", "worker_pod", "svc_bqml-serve-serve-svc"])
def test_objects_of_the_operator_pass_once_they_have_a_kind(
    shared: Path, report_of: Callable[..., Report], name: str
) -> None:
    """The samples lack apiVersion and kind, which is all that is wrong with them."""
    text = (shared / "data" / "kuberay-operator-output" / f"{name}.yaml").read_text()
    assert {f.rule for f in report_of(text).findings} == {"api/required"}
    kind = "Service" if name.startswith("svc") else "Pod"
    assert report_of(f"apiVersion: v1\nkind: {kind}\n{text}").findings == ()


def test_findings_are_sorted_and_told_once(
    valid_manifest: dict[str, Any], report_of: Callable[..., Report]
) -> None:
    """A reader goes through the file from top to bottom."""
    valid_manifest["metadata"]["name"] = "9" * 60
    valid_manifest["spec"]["rayClusterConfig"]["rayVersion"] = 2.6
    findings = report_of(yaml.safe_dump(valid_manifest)).findings
    lines = [finding.place.line for finding in findings]
    assert lines == sorted(lines)
    assert len(set(findings)) == len(findings)


def test_a_kind_without_a_schema_is_named(report_of: Callable[..., Report]) -> None:
    """Nothing is passed over in silence."""
    text = "apiVersion: monitoring.example/v1\nkind: Probe\nmetadata: {name: a}\n"
    assert report_of(text).skipped[0].startswith("Probe/a: no schema")


@pytest.mark.parametrize("value", [None, 1, "text", [], [None], {}, {"a": None}, True, 1.5])
@pytest.mark.parametrize(
    "path", ["metadata", "spec", "serve", "cluster", "head", "head_pod", "group", "ray"]
)
def test_nothing_crashes_on_values_of_the_wrong_type(
    value: object, path: str, valid_manifest: dict[str, Any], report_of: Callable[..., Report]
) -> None:
    """A validator meets what is wrong, in every place."""
    cluster = valid_manifest["spec"]["rayClusterConfig"]
    group = cluster["workerGroupSpecs"][0]
    targets: dict[str, tuple[Any, Any]] = {
        "metadata": (valid_manifest, "metadata"),
        "spec": (valid_manifest, "spec"),
        "serve": (valid_manifest["spec"], "serveConfigV2"),
        "cluster": (valid_manifest["spec"], "rayClusterConfig"),
        "head": (cluster, "headGroupSpec"),
        "head_pod": (cluster["headGroupSpec"]["template"], "spec"),
        "group": (cluster["workerGroupSpecs"], 0),
        "ray": (group["template"]["spec"]["containers"], 0),
    }
    container, key = targets[path]
    container[key] = value
    assert report_of(yaml.safe_dump(valid_manifest)).findings


def test_every_rule_is_broken_by_a_test() -> None:
    """A rule that no test breaks may never fire."""
    text = "".join(path.read_text() for path in TESTS.rglob("test_*.py"))
    named = set(re.findall(r'"([a-z]+/[a-z-]+)"', text))
    assert {rule.id for rule in defined_rules()} - named == set()


def test_every_rule_tells_why_and_how_to_mend_it() -> None:
    """Rules without a general fix give one with each finding."""
    for rule in defined_rules():
        assert rule.expected, rule.id
        assert rule.why.endswith("."), rule.id
        assert not rule.fix.endswith(". "), rule.id


def test_the_real_crds_agree(rules_of: Callable[..., set[str]], real_crds: Catalog) -> None:
    """The valid manifest passes KubeRay's own schema."""
    assert rules_of({}, catalog=real_crds) == set()
