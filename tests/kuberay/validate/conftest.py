"""What a change of the small valid manifest breaks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from kuberay.validate.checks import Options, Report, validate
from kuberay.validate.manifest.stream import read_text
from kuberay.validate.schema.catalog import Catalog
from kuberay.validate.schema.core import kubernetes_version
from kuberay.validate.schema.crds import read_crds

Changes = Mapping[str, Any]
RulesOf = Callable[..., set[str]]
ABSENT = "(absent)"
"""The value that removes a field."""

_SHORT = {
    "cluster": "spec.rayClusterConfig",
    "head": "spec.rayClusterConfig.headGroupSpec",
    "head_pod": "spec.rayClusterConfig.headGroupSpec.template.spec",
    "head_ray": "spec.rayClusterConfig.headGroupSpec.template.spec.containers.0",
    "group": "spec.rayClusterConfig.workerGroupSpecs.0",
    "pod": "spec.rayClusterConfig.workerGroupSpecs.0.template.spec",
    "ray": "spec.rayClusterConfig.workerGroupSpecs.0.template.spec.containers.0",
}
_SERVE_PREFIXES = {"serve": "", "deployment": "applications.0.deployments.0"}


def written(manifest: object) -> str:
    """Returns it as YAML; libyaml, because hundreds of tests do."""
    return str(yaml.dump(manifest, Dumper=yaml.CSafeDumper, sort_keys=False))


def change(manifest: dict[str, Any], path: str, value: object) -> None:
    """Sets or removes one field; `a.0.b` steps into lists, `a/b` keys keep their dots after `|`."""
    first, _, rest = path.partition(".")
    if first in _SERVE_PREFIXES:
        config = yaml.load(manifest["spec"]["serveConfigV2"], yaml.CSafeLoader)
        _set(config, ".".join(filter(None, (_SERVE_PREFIXES[first], rest))), value)
        manifest["spec"]["serveConfigV2"] = written(config)
        return
    _set(manifest, f"{_SHORT[first]}.{rest}" if first in _SHORT else path, value)


def _set(target: Any, path: str, value: object) -> None:
    plain, bar, last = path.partition("|")
    keys = [*filter(None, plain.split(".")), *([last] if bar else [])]
    for key in keys[:-1]:
        target = target[int(key)] if key.isdigit() else target.setdefault(key, {})
    name: Any = int(keys[-1]) if keys[-1].isdigit() else keys[-1]
    if value == ABSENT:
        del target[name]
    elif isinstance(target, list) and name == len(target):
        target.append(value)
    else:
        target[name] = value


@pytest.fixture(scope="session")
def built_in() -> Catalog:
    """The schemas that need no CRD."""
    return Catalog(kubernetes_version(None), {})


@pytest.fixture(scope="session")
def real_crds(shared: Path) -> Catalog:
    """KubeRay's own CRDs, as a user gives them with --crds."""
    return Catalog(kubernetes_version(None), read_crds([str(shared / "data" / "kuberay-crds")]))


@pytest.fixture(scope="session")
def report_of(built_in: Catalog) -> Callable[..., Report]:
    """Checks a YAML text, by default without Ray, whose import takes seconds."""

    def check(text: str, *, with_ray: bool = False, catalog: Catalog | None = None) -> Report:
        options = Options(catalog or built_in, with_ray=with_ray)
        return validate(read_text(text, "test.yaml"), options)

    return check


@pytest.fixture(scope="session")
def rules_of(report_of: Callable[..., Report], parsed_manifest: dict[str, Any]) -> RulesOf:
    """The rules that the valid manifest breaks after some changes."""

    def rules(changes: Changes, **how: Any) -> set[str]:
        manifest = copy.deepcopy(parsed_manifest)
        for path, value in changes.items():
            change(manifest, path, value)
        report = report_of(written(manifest), **how)
        return {finding.rule for finding in report.findings}

    return rules
