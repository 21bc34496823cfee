"""The API server: kinds found by discovery, objects as plain JSON, our own field manager."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import kubernetes.client
import kubernetes.config
from kubernetes.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.resource import Resource

from foundation.json_types import JsonObject
from kuberay.cluster._client_errors import cluster_errors
from kuberay.errors import MissingError

RAY_API = "ray.io/v1"
FIELD_MANAGER = "bqml-kuberay"
_TIMEOUT_S = (10.0, 60.0)  # to connect, to answer
_IN_CLUSTER = Path("/var/run/secrets/kubernetes.io/serviceaccount")
SERVER_SIDE_APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A connection; objects that name no namespace go to `namespace`."""

    client: DynamicClient
    namespace: str
    kinds: dict[tuple[str, str], Resource] = field(default_factory=dict)

    def kind(self, api_version: str, kind: str) -> Resource:
        """Raises a MissingError where the cluster has no such kind."""
        key = (api_version, kind)
        if key not in self.kinds:
            group, _, version = api_version.rpartition("/")
            # Without the prefix the library asks every group of the server for its kinds.
            place = {"prefix": "apis", "group": group} if group else {"prefix": "api"}
            with cluster_errors(f"{api_version} {kind}"):
                self.kinds[key] = self.client.resources.get(**place, api_version=version, kind=kind)
        return self.kinds[key]

    def get(self, api_version: str, kind: str, name: str, namespace: str) -> JsonObject | None:
        path = self.kind(api_version, kind).path(name=name, namespace=namespace)
        try:
            return self._json(f"reading {kind}/{name}", "get", path)
        except MissingError:
            return None

    def find(
        self, api_version: str, kind: str, namespace: str, *, labels: str = "", fields: str = ""
    ) -> list[JsonObject]:
        path = self.kind(api_version, kind).path(namespace=namespace)
        selectors = {"label_selector": labels or None, "field_selector": fields or None}
        found = self._json(f"listing {kind}", "get", path, **selectors)
        items: list[JsonObject] = found.get("items") or []
        return items

    def apply(self, manifest: JsonObject, *, dry_run: bool, force: bool) -> JsonObject:
        """Returns the object as the server made it, strictly checked."""
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        resource = self.kind(manifest["apiVersion"], kind)
        path = resource.path(name=name, namespace=manifest["metadata"].get("namespace"))
        # The client library has no argument for the strictness that kubectl always asks for.
        strictly = [("fieldValidation", "Strict")]
        return self._json(
            f"applying {kind}/{name}", "patch", path, body=manifest, query_params=strictly,
            content_type=SERVER_SIDE_APPLY, field_manager=FIELD_MANAGER,
            force_conflicts=str(force).lower(), dry_run="All" if dry_run else None,
        )  # fmt: skip

    def create(self, manifest: JsonObject) -> JsonObject:
        kind, metadata = manifest["kind"], manifest["metadata"]
        path = self.kind(manifest["apiVersion"], kind).path(namespace=metadata["namespace"])
        what = f"creating {kind}/{metadata['name']}"
        return self._json(what, "post", path, body=manifest, field_manager=FIELD_MANAGER)

    def json_patch(
        self, resource: Resource, name: str, namespace: str, steps: list[JsonObject]
    ) -> None:
        """Changes fields of an object; a failed `test` step changes nothing."""
        self._json(
            f"changing {resource.kind}/{name}", "patch",
            resource.path(name=name, namespace=namespace),
            body=steps, content_type=JSON_PATCH, field_manager=FIELD_MANAGER,
        )  # fmt: skip

    def delete(self, api_version: str, kind: str, name: str, namespace: str) -> None:
        path = self.kind(api_version, kind).path(name=name, namespace=namespace)
        # A Job's own default would leave its pods behind, and itself until they are let go.
        background = [("propagationPolicy", "Background")]
        with contextlib.suppress(MissingError):
            self._json(f"deleting {kind}/{name}", "delete", path, query_params=background)

    def logs(self, namespace: str, pod: str, container: str, *, lines: int) -> list[str]:
        path = f"{self.kind('v1', 'Pod').path(name=pod, namespace=namespace)}/log"
        query = [("container", container), ("tailLines", lines)]
        data = self._data(f"reading the log of {pod}", "get", path, query_params=query)
        return data.decode("utf-8", errors="replace").splitlines()

    def _json(self, what: str, method: str, path: str, **params: object) -> JsonObject:
        data = self._data(what, method, path, **params)
        with cluster_errors(what):
            decoded: JsonObject = json.loads(data)
        return decoded

    def _data(self, what: str, method: str, path: str, **params: object) -> bytes:
        with cluster_errors(what):
            answer = self.client.request(
                method, path, serialize=False, _request_timeout=_TIMEOUT_S, **params
            )
        data: bytes = answer.data
        return data


def connect(context: str | None, namespace: str | None) -> Cluster:
    """As kubectl would: KUBECONFIG, else inside a pod its account; raises an UnreachableError."""
    with cluster_errors("connecting"):
        client, home = _configured(context)
        # The library's default cache lies in the shared /tmp, by host name only.
        with tempfile.TemporaryDirectory() as folder:
            dynamic = DynamicClient(client, cache_file=str(Path(folder) / "discovery.json"))
    return Cluster(dynamic, namespace or home or "default")


def _configured(context: str | None) -> tuple[kubernetes.client.ApiClient, str | None]:
    configuration = kubernetes.client.Configuration()
    configuration.retries = 2
    if context is None and _IN_CLUSTER.is_dir() and not _has_kubeconfig():
        kubernetes.config.load_incluster_config(client_configuration=configuration)
        namespace = (_IN_CLUSTER / "namespace").read_text(encoding="ascii").strip()
        return kubernetes.client.ApiClient(configuration), namespace
    contexts, active = kubernetes.config.list_kube_config_contexts()
    chosen: Mapping[str, Any] = next((c for c in contexts if c["name"] == context), active)
    kubernetes.config.load_kube_config(context=context, client_configuration=configuration)
    return kubernetes.client.ApiClient(configuration), chosen["context"].get("namespace")


def _has_kubeconfig() -> bool:
    if os.environ.get("KUBECONFIG"):
        return True
    return Path(KUBE_CONFIG_DEFAULT_LOCATION).expanduser().exists()
