"""serveConfigV2 as Ray's own classes see it; one import of Ray for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

BROKEN: list[tuple[Mapping[str, Any], str]] = [
    ({"deployment.num_replicas": 2}, "ray/serve-schema"),
    ({"deployment.autoscaling_config.max_replicas": 1}, "ray/serve-schema"),
    ({"deployment.max_ongoing_requests": 0}, "ray/serve-schema"),
    ({"serve.applications.0.import_path": "no import path"}, "ray/serve-schema"),
    ({"serve.applications.0.host": "0.0.0.0"}, "ray/serve-schema"),
    ({"serve.applications": "(absent)"}, "ray/serve-schema"),
    ({"serve.applications.1": {"name": "app", "import_path": "a:b", "route_prefix": "/b"}},
     "ray/serve-schema"),
    ({"serve.applications.1": {"name": "b", "import_path": "a:b", "route_prefix": "/"}},
     "ray/serve-schema"),
    ({"deployment.max_ongoing_request": 3}, "ray/unknown-field"),
    ({"deployment.autoscaling_config.min_replica": 3}, "ray/unknown-field"),
    ({"serve.http_option": {}}, "ray/unknown-field"),
    ({"cluster.rayVersion": "2.59.0"}, "ray/other-version"),
    ({"spec.serveConfigV2": "applications: [a"}, "ray/serve-config-yaml"),
    ({"spec.serveConfigV2": "just text"}, "ray/serve-config-yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rule"), BROKEN)
def test_what_serve_refuses_or_ignores_is_found(
    rules_of: Callable[..., set[str]], changes: Mapping[str, Any], rule: str
) -> None:
    """The operator only checks that the text is YAML."""
    assert rule in rules_of(changes, with_ray=True)


def test_a_finding_stands_on_its_line_of_the_manifest(
    valid_manifest: dict[str, Any], report_of: Callable[..., Any]
) -> None:
    """The reader looks for it in the file, not in the text inside the file."""
    config = valid_manifest["spec"]["serveConfigV2"].replace("max_ongoing_requests: 16", "\n" * 3)
    valid_manifest["spec"]["serveConfigV2"] = config.replace("max_queued_requests: 64", "bad: 1")
    text = _as_block(valid_manifest)
    (finding,) = [f for f in report_of(text, with_ray=True).findings if f.came == "bad"]
    assert text.splitlines()[finding.place.line - 1].strip() == "bad: 1"
    assert finding.place.path == "spec.serveConfigV2: applications[0].deployments[0].bad"


def test_without_ray_the_layer_is_named_as_skipped(
    valid_manifest: dict[str, Any], report_of: Callable[..., Any]
) -> None:
    """Nothing is passed over in silence."""
    report = report_of(yaml.safe_dump(valid_manifest), with_ray=False)
    assert report.skipped == ("serveConfigV2 against Ray's classes: switched off",)


def _as_block(manifest: dict[str, Any]) -> str:
    config = manifest["spec"].pop("serveConfigV2")
    body = "".join(f"    {line}\n" for line in config.splitlines())
    return f"{yaml.safe_dump(manifest)}  serveConfigV2: |\n{body}"
