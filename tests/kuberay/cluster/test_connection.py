from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kuberay.cluster.connection import FIELD_MANAGER, Cluster, connect
from kuberay.errors import (
    ConflictError,
    DeniedError,
    MissingError,
    RefusedError,
    UnreachableError,
)

REFUSALS = [(403, DeniedError), (401, DeniedError), (422, RefusedError), (400, RefusedError)]


def test_an_apply_is_strict_and_under_our_name(
    api_server: Any, cluster: Cluster, valid_manifest: dict[str, Any]
) -> None:
    """Without strictness the server drops unknown fields in silence."""
    cluster.apply(valid_manifest, dry_run=False, force=False)
    _, _, query = next(r for r in api_server.requests if r[0] == "PATCH")
    assert query["fieldValidation"] == "Strict"
    assert query["fieldManager"] == FIELD_MANAGER
    assert api_server.names("rayservices") == ["shop"]


def test_a_dry_run_stores_nothing(
    api_server: Any, cluster: Cluster, valid_manifest: dict[str, Any]
) -> None:
    """The answer is what would have been stored."""
    answer = cluster.apply(valid_manifest, dry_run=True, force=False)
    assert answer["spec"] == valid_manifest["spec"]
    assert api_server.names("rayservices") == []


def test_a_conflict_names_the_field_and_its_owner(
    api_server: Any, cluster: Cluster, valid_manifest: dict[str, Any]
) -> None:
    """And --force-conflicts takes the field over."""
    key = ("ray.io/v1", "rayservices", "shop", "shop")
    api_server.put(*key[:2], {**valid_manifest, "spec": {"suspend": False}})
    api_server.owners[key] = {".suspend": "argocd"}
    valid_manifest["spec"]["suspend"] = True
    with pytest.raises(ConflictError, match=r'spec\.suspend: conflict with "argocd"') as caught:
        cluster.apply(valid_manifest, dry_run=False, force=False)
    assert "--force-conflicts" in str(caught.value.hint)
    cluster.apply(valid_manifest, dry_run=False, force=True)
    assert api_server.one("rayservices", "shop")["spec"]["suspend"] is True


@pytest.mark.parametrize(("code", "error"), REFUSALS)
def test_refusals_are_told_in_one_line(
    api_server: Any,
    cluster: Cluster,
    valid_manifest: dict[str, Any],
    code: int,
    error: type[Exception],
) -> None:
    """With the server's own words."""
    refusal = _refusal_class(api_server)(code, "the server\nsays no")
    api_server.refuse["RayService"] = refusal
    with pytest.raises(error, match="applying RayService/shop: the server says no"):
        cluster.apply(valid_manifest, dry_run=False, force=False)


def _refusal_class(api_server: Any) -> Any:
    import sys

    return vars(sys.modules[type(api_server).__module__])["Refusal"]


def test_an_unknown_kind_is_named(cluster: Cluster) -> None:
    """The CRD is not installed, or the context is another cluster."""
    with pytest.raises(MissingError, match="example/v1 Nothing"):
        cluster.kind("example/v1", "Nothing")


def test_an_absent_object_is_none(cluster: Cluster) -> None:
    """Absence is an answer, not an error."""
    assert cluster.get("ray.io/v1", "RayService", "shop", "shop") is None


def test_a_server_that_does_not_answer_is_told(kubeconfig: Path, api_server: Any) -> None:
    """The port of a server that is gone."""
    text = kubeconfig.read_text().replace(api_server.url, "http://127.0.0.1:1")
    kubeconfig.write_text(text)
    with pytest.raises(UnreachableError, match="no answer"):
        connect(None, None)


def test_a_wrong_context_is_told(kubeconfig: Path) -> None:
    """Before anything is sent."""
    assert kubeconfig.exists()
    with pytest.raises(UnreachableError, match="no usable kubeconfig"):
        connect("nowhere", None)


def test_discovery_leaves_no_file_behind(
    kubeconfig: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's cache would lie in the shared temporary folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    connect(None, None).kind("v1", "Pod")
    assert list((tmp_path / "tmp").iterdir()) == []
