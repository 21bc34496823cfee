"""The valid manifest, and a small API server for tests: HTTP, objects, server-side apply.

It is a double for tests only. What it does not know it refuses; what the operator would do is
played by the tests, from statuses of the shapes that the real operator wrote.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

Object = dict[str, Any]
KINDS = {
    "v1": {
        "namespaces": ("Namespace", False), "configmaps": ("ConfigMap", True),
        "services": ("Service", True), "pods": ("Pod", True), "events": ("Event", True),
        "serviceaccounts": ("ServiceAccount", True),
    },
    "apiextensions.k8s.io/v1": {
        "customresourcedefinitions": ("CustomResourceDefinition", False),
    },
    "batch/v1": {"jobs": ("Job", True)},
    "policy/v1": {"poddisruptionbudgets": ("PodDisruptionBudget", True)},
    "ray.io/v1": {"rayservices": ("RayService", True), "rayclusters": ("RayCluster", True)},
}  # fmt: skip


class Refusal(Exception):  # noqa: N818 - an answer, not an error of the test
    """An answer with a Status object."""

    def __init__(self, code: int, message: str, causes: list[Object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.body = {
            "kind": "Status", "code": code, "message": message, "details": {"causes": causes or []},
        }  # fmt: skip


@dataclass
class ApiServer:
    """The store, and what tests play on it."""

    url: str = ""
    objects: dict[tuple[str, str, str, str], Object] = field(default_factory=dict)
    owners: dict[tuple[str, str, str, str], dict[str, str]] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    statuses: list[Object] = field(default_factory=list)
    """What the operator will write: the next one with each GET of a RayService."""
    refuse: dict[str, Refusal] = field(default_factory=dict)
    """Answers to an apply, by kind."""
    missing_kinds: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, api: str, plural: str, manifest: Object) -> Object:
        """Stores an object as somebody else would."""
        metadata = manifest.setdefault("metadata", {})
        metadata.setdefault("uid", f"uid-{len(self.objects)}")
        metadata.setdefault("generation", 1)
        key = (api, plural, metadata.get("namespace", ""), metadata["name"])
        self.objects[key] = manifest
        return manifest

    def one(self, plural: str, name: str) -> Object:
        """Returns a stored object."""
        return next(o for k, o in self.objects.items() if k[1] == plural and k[3] == name)

    def names(self, plural: str) -> list[str]:
        """Returns the names of the stored objects of a kind."""
        return [key[3] for key in self.objects if key[1] == plural]

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        """Returns the answer to a request, or raises a Refusal."""
        self.requests.append((method, path, query))
        discovered = self._discovery(path)
        if discovered is not None:
            return discovered
        key, extra = self._key(path)
        if extra == "log":
            return self.logs.get(key[3], "")
        if method == "GET":
            return self._get(key) if key[3] else self._list(key, query)
        return self._write(method, key, query, body)

    def _write(
        self, method: str, key: tuple[str, str, str, str], query: dict[str, str], body: Any
    ) -> Object:
        if method == "POST":
            return self._create(key, body)
        if method == "DELETE":
            return self._stored(key) and self.objects.pop(key)
        if isinstance(body, list):
            return self._json_patch(key, body)
        return self._apply(key, body, query)

    def _discovery(self, path: str) -> Any:
        if path == "/version":
            return {"major": "1", "minor": "36", "gitVersion": "v1.36.2"}
        if path == "/apis":
            groups = [api.split("/") for api in KINDS if "/" in api]
            return {"kind": "APIGroupList", "groups": [
                {"name": name, "preferredVersion": {"groupVersion": f"{name}/{v}", "version": v},
                 "versions": [{"groupVersion": f"{name}/{v}", "version": v}]}
                for name, v in groups
            ]}  # fmt: skip
        api = path.removeprefix("/apis/").removeprefix("/api/")
        if api not in KINDS:
            return None
        return {"kind": "APIResourceList", "groupVersion": api, "resources": [
            {"name": plural, "kind": kind, "namespaced": namespaced, "singularName": "",
             "verbs": ["get", "list", "patch", "create", "delete"]}
            for plural, (kind, namespaced) in KINDS[api].items() if kind not in self.missing_kinds
        ]}  # fmt: skip

    def _key(self, path: str) -> tuple[tuple[str, str, str, str], str]:
        parts = path.strip("/").split("/")
        api = parts[1] if parts[0] == "api" else "/".join(parts[1:3])
        rest = parts[2:] if parts[0] == "api" else parts[3:]
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        name, extra = [*rest, "", ""][1:3]
        if api not in KINDS or rest[0] not in KINDS[api]:
            raise Refusal(404, "the server could not find the requested resource")
        return (api, rest[0], namespace, name), extra

    def _stored(self, key: tuple[str, str, str, str]) -> Object:
        if key not in self.objects:
            raise Refusal(404, f'{key[1]} "{key[3]}" not found')
        return self.objects[key]

    def _get(self, key: tuple[str, str, str, str]) -> Object:
        stored = self._stored(key)
        if key[1] == "rayservices" and self.statuses:
            status = self.statuses.pop(0)
            stored["status"] = self._filled(status, stored)
            if not self.statuses:
                self.statuses.append(status)
        return stored

    @staticmethod
    def _filled(status: Object, stored: Object) -> Object:
        filled = copy.deepcopy(status)
        if filled.get("observedGeneration") == "newest":
            filled["observedGeneration"] = stored["metadata"]["generation"]
        return filled

    def _list(self, key: tuple[str, str, str, str], query: dict[str, str]) -> Object:
        found = [
            value for stored, value in self.objects.items()
            if stored[:2] == key[:2] and key[2] in ("", stored[2])
            and _matches(value, query.get("labelSelector", ""), query.get("fieldSelector", ""))
        ]  # fmt: skip
        return {"kind": "List", "items": found}

    def _create(self, key: tuple[str, str, str, str], body: Object) -> Object:
        name = body["metadata"]["name"]
        if (*key[:3], name) in self.objects:
            raise Refusal(409, f'{key[1]} "{name}" already exists')
        return self.put(key[0], key[1], body)

    def _apply(self, key: tuple[str, str, str, str], body: Object, query: dict[str, str]) -> Object:
        if body["kind"] in self.refuse:
            raise self.refuse[body["kind"]]
        if key[2] and ("v1", "namespaces", "", key[2]) not in self.objects:
            raise Refusal(404, f'namespaces "{key[2]}" not found')
        manager, forced = query["fieldManager"], query.get("force") == "true"
        before = self.objects.get(key, {"metadata": {}})
        owners = dict(self.owners.get(key, {}))
        leaves = dict(_leaves(body.get("spec", {}), ""))
        present = dict(_leaves(before.get("spec", {}), ""))
        foreign = [
            {"reason": "FieldManagerConflict", "field": f".spec{path}",
             "message": f'conflict with "{owners[path]}"'}
            for path, value in leaves.items()
            if owners.get(path, manager) != manager and present.get(path) != value
        ]  # fmt: skip
        if foreign and not forced:
            raise Refusal(409, f"Apply failed with {len(foreign)} conflict", foreign)
        templates = [one.get("spec", {}).get("template") for one in (before, body)]
        if body["kind"] == "Job" and key in self.objects and templates[0] != templates[1]:
            # As the real one does, it shows the whole template before it says what is wrong.
            shown = json.dumps(templates[1]) + " " * 50 + "x" * 2000
            raise Refusal(
                422, f'Job.batch "{key[3]}" is invalid: spec.template: Invalid value: {shown}: '
                "field is immutable"
            )  # fmt: skip
        after = {**copy.deepcopy(before), **copy.deepcopy(body)}
        after["metadata"] = {**before["metadata"], **body["metadata"]}
        changed = before.get("spec") != body.get("spec")
        after["metadata"]["generation"] = before["metadata"].get("generation", 0) + changed
        if query.get("dryRun") == "All":
            return after
        self.owners[key] = {**owners, **dict.fromkeys(leaves, manager)}
        return self.put(key[0], key[1], after)

    def _json_patch(self, key: tuple[str, str, str, str], steps: list[Object]) -> Object:
        patched = copy.deepcopy(self._stored(key))
        for step in steps:
            *path, last = step["path"].strip("/").split("/")
            target: Any = patched
            for part in path:
                target = target[int(part)] if part.isdigit() else target[part]
            if step["op"] == "test" and target[last] != step["value"]:
                raise Refusal(422, "the server rejected our request: test failed")
            target[last] = step["value"]
        return self.put(key[0], key[1], patched)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, f"{path}.{key}")
    else:
        yield path, json.dumps(value)


def _matches(stored: Object, labels: str, fields: str) -> bool:
    have = stored["metadata"].get("labels") or {}
    if " in " in labels:
        name, _, values = labels.partition(" in ")
        return have.get(name) in values.strip("()").split(",")
    pairs = [pair.split("=") for pair in labels.split(",") if pair]
    wanted = [pair.split("=") for pair in fields.split(",") if pair]
    return all(have.get(name) == value for name, value in pairs) and all(
        stored.get(name) == value for name, value in wanted
    )


def _handler(server: ApiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 2**16  # header and body in one packet, or each answer waits 40 ms for an ACK

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with server.lock:
                try:
                    body = json.loads(raw) if raw else None
                    code, answer = 200, server.answer(self.command, parts.path, query, body)
                except Refusal as refusal:
                    code, answer = refusal.code, refusal.body
                data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """The tests read `requests` instead."""

    return Handler


@pytest.fixture(scope="session")
def parsed_manifest() -> Object:
    """A RayService that no rule finds fault with, read once: change copies only."""
    text = (Path(__file__).parent / "valid_rayservice.yaml").read_text()
    manifest: Object = yaml.safe_load(text)
    return manifest


@pytest.fixture
def valid_manifest(parsed_manifest: Object) -> Object:
    """A RayService that no rule finds fault with."""
    return copy.deepcopy(parsed_manifest)


@pytest.fixture
def api_server() -> Iterator[ApiServer]:
    """A running API server with the namespace shop, and nothing else."""
    server = ApiServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    server.url = f"http://127.0.0.1:{http.server_port}"
    server.put("v1", "namespaces", {"kind": "Namespace", "metadata": {"name": "shop"}})
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def kubeconfig(api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubeconfig for it, which KUBECONFIG names."""
    path = tmp_path / "kubeconfig"
    context = {"cluster": "test", "user": "test", "namespace": "shop"}
    config = {
        "apiVersion": "v1", "kind": "Config", "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": api_server.url}}],
        "contexts": [{"name": "test", "context": context}],
        "users": [{"name": "test", "user": {"token": "secret"}}],
    }  # fmt: skip
    path.write_text(yaml.safe_dump(config))
    monkeypatch.setenv("KUBECONFIG", str(path))
    # kubernetes.config has read the variable when it was imported.
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(path))
    return path
