from __future__ import annotations

from typing import Any

import pytest

from kuberay.cluster import history
from kuberay.cluster.connection import Cluster
from kuberay.errors import MissingError

SERVICE = {
    "apiVersion": "ray.io/v1",
    "kind": "RayService",
    "metadata": {"name": "shop", "namespace": "shop", "uid": "1"},
}


def config(version: int) -> list[dict[str, Any]]:
    """Returns the manifests of one apply."""
    return [{"kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"version": str(version)}}]


def test_each_apply_that_differs_is_recorded(api_server: Any, cluster: Cluster) -> None:
    """The same manifests again are no new revision."""
    numbers = [history.record(cluster, SERVICE, config(version)) for version in (1, 1, 2)]
    assert numbers == [1, None, 2]
    found = history.revisions(cluster, "shop", "shop")
    assert [revision.manifests for revision in found] == [tuple(config(1)), tuple(config(2))]
    stored = api_server.one("configmaps", "shop-revision-1")
    assert stored["immutable"] is True
    assert stored["metadata"]["ownerReferences"][0]["uid"] == "1"


def test_old_revisions_go(api_server: Any, cluster: Cluster) -> None:
    """The newest ten stay."""
    for version in range(1, 13):
        history.record(cluster, SERVICE, config(version))
    numbers = [revision.number for revision in history.revisions(cluster, "shop", "shop")]
    assert numbers == list(range(3, 13))
    assert len(api_server.names("configmaps")) == history.KEPT


def test_secrets_are_never_recorded(api_server: Any, cluster: Cluster) -> None:
    """A ConfigMap is no place for them."""
    secret = {"kind": "Secret", "metadata": {"name": "token"}, "stringData": {"a": "geheim"}}
    history.record(cluster, SERVICE, [*config(1), secret])
    (revision,) = history.revisions(cluster, "shop", "shop")
    assert revision.manifests == tuple(config(1))


def test_going_back_means_the_newest_that_differs(cluster: Cluster) -> None:
    """After a rollback, another one returns to where it came from."""
    for version in (1, 2, 1):
        history.record(cluster, SERVICE, config(version))
    found = history.revisions(cluster, "shop", "shop")
    assert history.chosen(found, "shop", None).number == 2
    assert history.chosen(found, "shop", 1).number == 1


@pytest.mark.parametrize("number", [None, 7])
def test_what_was_not_recorded_cannot_come_back(cluster: Cluster, number: int | None) -> None:
    """The error names the service."""
    history.record(cluster, SERVICE, config(1))
    found = history.revisions(cluster, "shop", "shop")
    with pytest.raises(MissingError, match="RayService/shop has no"):
        history.chosen(found, "shop", number)
    with pytest.raises(MissingError):
        history.chosen([], "shop", None)
