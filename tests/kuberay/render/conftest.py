"""A deploy file to change, and what is rendered from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from foundation.settings.sources import merged
from kuberay.render.commented import plain
from kuberay.render.manifests import objects
from kuberay.settings.deploy_file import DeployFile
from kuberay.settings.load import validated

Deploy = Callable[..., DeployFile]
Rendered = Callable[..., dict[str, Any]]
BASE = {
    "name": "shop", "namespace": "bqml", "image": "shop:1", "models": [{"source": "gs://b/m/1"}],
}  # fmt: skip


@pytest.fixture(scope="session")
def deploy() -> Deploy:
    """Returns the least deploy file, changed by keyword."""
    return lambda **changes: validated(merged(BASE, changes))


@pytest.fixture(scope="session")
def rendered(deploy: Deploy) -> Rendered:
    """Returns the objects of a deploy file by `Kind/name`, as a Kubernetes client sees them."""

    def render(**changes: object) -> dict[str, Any]:
        found = [plain(tree) for trees in objects(deploy(**changes)).values() for tree in trees]
        return {f"{tree['kind']}/{tree['metadata']['name']}": tree for tree in found}  # type: ignore[index, call-overload]

    return render
