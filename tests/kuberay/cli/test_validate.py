from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_a_valid_manifest_ends_with_zero(run: Run, manifest_file: Callable[..., str]) -> None:
    """And says what was checked."""
    result = run("validate", manifest_file(), "--no-ray")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "1 object checked: no findings" in result.stderr
    assert "not checked: serveConfigV2 against Ray's classes" in result.stderr


def test_an_error_ends_with_one(run: Run, manifest_file: Callable[..., str]) -> None:
    """The table has the line, the rule, the path, what came, what was expected and the fix."""
    path = manifest_file(upgradeStrategy={"type": "Newcluster"})
    result = run("validate", path, "--no-ray")
    assert result.exit_code == 1
    for text in ("shop.yaml:", "operator/upgrade-type", "RayService/shop spec.upgradeStrategy.type",
                 'came: "Newcluster"', "fix: write NewCluster", "(operator)"):  # fmt: skip
        assert text in result.stdout
    assert "1 error, 0 warnings" in result.stderr


def test_warnings_fail_only_under_strict(run: Run, manifest_file: Callable[..., str]) -> None:
    """A warning may be meant."""
    path = manifest_file(suspend=True)
    assert run("validate", path, "--no-ray").exit_code == 0
    assert run("validate", path, "--no-ray", "--strict").exit_code == 1


def test_machines_get_one_document(run: Run, manifest_file: Callable[..., str]) -> None:
    """Every finding with its place, its rule and its source."""
    result = run("validate", manifest_file(suspent=True), "--no-ray", "--json")
    document = json.loads(result.stdout)
    assert (document["valid"], document["errors"]) == (False, 1)
    (finding,) = document["findings"]
    assert finding["rule"] == "api/unknown-field"
    assert finding["path"] == "spec.suspent"
    assert finding["line"] > 1
    assert finding["fix"] == "did you mean suspend?"


def test_rules_are_listed_with_their_reasons(run: Run) -> None:
    """For people and for machines."""
    text = run("validate", "--list-rules").stdout
    assert "operator/name-length  [error, operator]" in text
    rules = json.loads(run("validate", "--list-rules", "--json").stdout)["rules"]
    assert len(rules) == text.count("    why: ") > 100
    assert [rule["rule"] for rule in rules] == sorted(rule["rule"] for rule in rules)


def test_real_crds_can_be_given(run: Run, manifest_file: Callable[..., str], shared: Path) -> None:
    """A folder, a file or a URL."""
    crds = shared / "data" / "kuberay-crds"
    result = run("validate", manifest_file(managedBy="foo"), "--no-ray", "--crds", str(crds))
    assert "api/cel" in result.stdout


def test_the_clusters_own_crds_can_be_used(
    run: Run, api_server: Any, kubeconfig: Path, manifest_file: Callable[..., str]
) -> None:
    """`--crds cluster`; a cluster without KubeRay is told."""
    arguments = ("validate", manifest_file(suspent=True), "--no-ray", "--crds", "cluster")
    assert "the cluster has no CustomResourceDefinition" in run(*arguments).stderr
    for kind in ("RayService", "RayCluster"):
        spec = {"properties": {"suspent": {"type": "string"}}}
        version = {"name": "v1", "schema": {"openAPIV3Schema": {"properties": {"spec": spec}}}}
        plural = f"{kind.lower()}s"
        crd = {
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.ray.io"},
            "spec": {"group": "ray.io", "names": {"kind": kind}, "versions": [version]},
        }
        api_server.put("apiextensions.k8s.io/v1", "customresourcedefinitions", crd)
    assert "api/type" in run(*arguments).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no file to check"),
        (("absent.yaml",), "cannot read absent.yaml"),
        (("-",), "no object in -"),
        (("--crds", "absent", "-"), "cannot read absent"),
        (("--crds", "https://127.0.0.1:1/crd.yaml", "-"), "cannot read https://127.0.0.1:1"),
        (("--kubernetes-version", "new", "-"), "no Kubernetes release: new"),
        (("--kubernetes-version", "1.2", "-"), "Kubernetes 1.2 is too old"),
    ],
)
def test_what_cannot_be_checked_ends_with_two(
    run: Run, arguments: tuple[str, ...], message: str
) -> None:
    """One line, no stack trace; the same as a document for machines."""
    result = run("validate", *arguments, "--json")
    assert result.exit_code == 2
    assert message in result.stderr
    assert json.loads(result.stdout)["error"]["exit_code"] == 2


def test_help_imports_nothing_heavy() -> None:
    """Every `--help` answers at once."""
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom kuberay.cli.group import cli\n"
        "for name in ('', 'validate', 'apply', 'status', 'rollback'):\n"
        "    assert CliRunner().invoke(cli, [*name.split(), '--help']).exit_code == 0\n"
        "heavy = {'ray', 'kubernetes', 'rich', 'kubernetes_validate'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)  # noqa: PLW1510
    assert result.stdout.strip() == "[]", result.stderr
