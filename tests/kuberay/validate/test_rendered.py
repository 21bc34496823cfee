"""What `render` writes, through the validator: no false findings, and no true ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuberay.cli.group import cli
from kuberay.validate.checks import Report
from kuberay.validate.schema.catalog import Catalog

IMAGE = "registry.example/shop@sha256:" + "1" * 64
BASE = {
    "name": "shop",
    "namespace": "shop",
    "image": IMAGE,
    "models": [{"name": "iris", "source": "gs://bucket/models/iris/3"}],
}
EXTRAS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "redis": {"redis": {"server": {}, "password": {"name": "shop-redis"}}},
    "own_redis": {"redis": {"address": "10.0.0.3:6379"}},
    "gateway": {"gateway": {"class_name": "istio", "hostname": "shop.example.com"}},
    "ingress": {"ingress": {"class_name": "nginx", "hostname": "shop.example.com"}},
    "loadtest": {"loadtest": {"workers": 3}},
    "monitoring": {"monitoring": {"kind": "PodMonitor"}},
    "identity": {"identity": {"gcp_service_account": "a@b.iam.gserviceaccount.com"}},
}

Rendered = Callable[[dict[str, Any]], str]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """Renders a deploy file by the command line."""
    path: Path = tmp_path_factory.mktemp("deploy") / "deploy.yaml"

    def render(deploy: dict[str, Any]) -> str:
        path.write_text(yaml.safe_dump(deploy))
        result = CliRunner().invoke(cli, ["render", str(path)])
        assert result.exit_code == 0, result.stderr
        return result.stdout

    return render


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_option_renders_without_findings(
    rendered: Rendered, report_of: Callable[..., Report], extra: str
) -> None:
    """Warnings count too; Ray's own classes judge the Serve config."""
    report = report_of(rendered({**BASE, **EXTRAS[extra]}), with_ray=True)
    assert [finding.document() for finding in report.findings] == []


def test_kuberays_own_crds_agree(
    rendered: Rendered, report_of: Callable[..., Report], real_crds: Catalog
) -> None:
    """Additional properties forbidden."""
    assert report_of(rendered(BASE), catalog=real_crds).findings == ()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(least=st.integers(1, 30), more=st.integers(0, 100), per_worker=st.integers(1, 8))
def test_no_sizes_contradict_each_other(
    rendered: Rendered, report_of: Callable[..., Report], least: int, more: int, per_worker: int
) -> None:
    """Replicas, pods, CPUs and memory fit for all wishes; one replica alone is warned of."""
    scale = {"min_replicas": least, "max_replicas": least + more}
    deploy = {**BASE, "scale": scale, "workers": {"replicas_per_worker": per_worker}}
    rules = {finding.rule for finding in report_of(rendered(deploy)).findings}
    assert rules - ({"runtime/single-replica"} if least == 1 else set()) == set()
