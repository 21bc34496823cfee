"""`bqml-kuberay render` and `settings`, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from kuberay.cli.group import cli

DEPLOY = "{name: shop, namespace: bqml, image: 'shop:1', models: [{source: gs://b/m/1}]}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The least deploy file."""
    path = tmp_path / "deploy.yaml"
    path.write_text(DEPLOY)
    return path


def run(*arguments: object) -> Result:
    """Calls the command line."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_stdout_is_ready_for_kubectl(file: Path) -> None:
    """One stream of objects, the namespace first."""
    result = run("render", file)
    kinds = [tree["kind"] for tree in yaml.safe_load_all(result.stdout)]
    assert result.exit_code == 0
    assert kinds[0] == "Namespace"
    assert "RayService" in kinds


def test_a_folder_gets_a_file_per_kind_and_loses_what_was_switched_off(
    file: Path, tmp_path: Path
) -> None:
    """Else `kubectl apply -f` would bring it back; files of others stay."""
    out = tmp_path / "out"
    run("render", file, "--set", "loadtest={}", "-o", out)
    (out / "own.yaml").write_text("kind: Mine\n")
    result = run("render", file, "-o", out)
    assert "removed" in result.stderr
    names = sorted(path.name for path in out.iterdir())
    assert names == ["00-namespace.yaml", "10-service-accounts.yaml", "20-network-policy.yaml",
                     "40-rayservice.yaml", "50-disruption-budgets.yaml", "own.yaml"]  # fmt: skip


def test_a_wrong_key_is_one_line(file: Path) -> None:
    """With the key that was probably meant, exit code 2, and nothing on stdout."""
    result = run("render", file, "--set", "scale.min_replica=3")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "unknown key scale.min_replica: did you mean scale.min_replicas?" in result.stderr


def test_the_keys_are_listed_for_people_and_machines() -> None:
    """One a line, or one document."""
    assert "scale.max_replicas  " in run("settings").stdout
    listed = json.loads(run("settings", "--json").stdout)["settings"]
    assert {"key", "help", "default"} == set(listed[0])
