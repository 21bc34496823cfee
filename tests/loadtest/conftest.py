"""Real HTTP servers that answer as Ray's dashboard and the service do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

TOKEN = "a-token"
GAUGE = "ray_serve_replica_processing_queries"


@dataclass
class Site:
    """Pages by path; a test changes them while the server runs.

    Attributes:
        pages: Path to (status, body); a body that is no text is sent as JSON.
        posted: Answers a POST of a body: status and body.
        token: Where there is one, requests to /api/ without it get a 401.
        url: Of the running server.
    """

    pages: dict[str, tuple[int, Any]] = field(default_factory=dict)
    posted: Callable[[bytes], tuple[int, Any]] = lambda _body: (404, "nobody posts here")
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    """Answers from the site."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        """Sends the page."""
        self._send(*self.site.pages.get(self.path, (404, f"no {self.path}")))

    def do_POST(self) -> None:
        """Sends what the site answers."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._send(*self.site.posted(body))

    def _send(self, status: int, page: Any) -> None:
        allowed = self.headers.get("Authorization") == f"Bearer {self.site.token}"
        if self.site.token and self.path.startswith("/api/") and not allowed:
            status, page = 401, "Unauthorized"
        body = page.encode() if isinstance(page, str) else json.dumps(page).encode()
        self.send_response(status)
        for name, value in {**self.site.headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it
        """Says nothing."""


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """Serves the site on a free port."""
    handler = type("SiteHandler", (Handler,), {"site": site, "disable_nagle_algorithm": True})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        site.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield site
        server.shutdown()
        thread.join()


@pytest.fixture
def serve_site() -> Iterator[Callable[[Site], Site]]:
    """Serves sites until the test ends."""
    with ExitStack() as stack:
        yield lambda site: stack.enter_context(running(site))


@pytest.fixture
def site(serve_site: Callable[[Site], Site]) -> Site:
    """An empty site."""
    return serve_site(Site())


@dataclass
class FakeRay:
    """Ray's dashboard with one deployment, in the form that Ray 2.60 answers."""

    site: Site
    replicas: dict[str, str] = field(default_factory=lambda: {"aaa": "RUNNING"})
    pids: dict[str, int] = field(default_factory=dict)
    target: int = 1
    ongoing: dict[str, float] = field(default_factory=lambda: {"aaa": 3.0})
    proxies: dict[str, str] = field(default_factory=lambda: {"node": "HEALTHY"})
    message: str = ""

    def show(self, **changes: Any) -> None:
        """Applies changes and renews the pages."""
        for name, value in changes.items():
            setattr(self, name, value)
        host = self.site.url.removeprefix("http://")
        groups = [{"labels": {"job": "ray"}, "targets": [host]}]
        labels = 'Component="core_worker",application="bqml",deployment="ModelServer"'
        lines = [f'{GAUGE}{{{labels},replica="{k}"}} {v}' for k, v in self.ongoing.items()]
        lines += [f'{GAUGE}{{application="other",deployment="X",replica="zzz"}} 9.0',
                  f'ray_serve_deployment_queued_queries{{{labels},handle="h"}} 2.0',
                  "# HELP nothing", "ray_other 1.0"]  # fmt: skip
        self.site.pages |= {
            "/api/serve/applications/": (200, self.details()),
            "/api/prometheus/sd": (200, groups),
            "/metrics": (200, "\n".join(lines)),
            "/api/version": (200, {"version": "4", "ray_version": "2.60.0"}),
        }

    def details(self) -> dict[str, Any]:
        """Returns what `GET /api/serve/applications/` answers; what is not read is left out."""
        deployment = {
            "name": "ModelServer",
            "status": "HEALTHY",
            "message": self.message,
            "deployment_config": {
                "max_ongoing_requests": 128,
                "autoscaling_config": {"min_replicas": 1, "target_ongoing_requests": 8.0},
            },
            "target_num_replicas": self.target,
            "replicas": [self._replica(*item) for item in self.replicas.items()],
        }
        return {
            "proxies": {node: {"status": state} for node, state in self.proxies.items()},
            "applications": {
                "bqml": {
                    "name": "bqml",
                    "deployments": {"Other": {}, "ModelServer": deployment},
                    "deployment_topology": {"ingress_deployment": "ModelServer"},
                }
            },
        }

    def _replica(self, replica_id: str, state: str) -> dict[str, Any]:
        """A replica that is being placed has neither node nor process."""
        placed = {"node_id": "node", "pid": self.pids.get(replica_id, 1)}
        known = {} if state == "STARTING" else placed
        return {"replica_id": replica_id, "state": state, "start_time_s": 1.0, **known}


@pytest.fixture
def fake_ray(site: Site) -> FakeRay:
    """Ray's dashboard, which wants the token."""
    site.token = TOKEN
    ray = FakeRay(site)
    ray.show()
    return ray


IRIS_ROW = {"sepal_length": 5.0, "sepal_width": 2.0, "petal_length": 3.5, "petal_width": 1.0}
SPECIES = ["setosa", "versicolor", "virginica"]


def iris_metadata() -> dict[str, Any]:
    """Returns the metadata page of a BigQuery ML classifier."""

    def tensor(dtype: str, *sizes: int) -> dict[str, Any]:
        dims = [{"size": str(size), "name": ""} for size in (-1, *sizes)]
        shape = {"dim": dims, "unknown_rank": False}
        return {"dtype": dtype, "tensor_shape": shape, "name": "x:0"}

    signature = {
        "inputs": {name: tensor("DT_DOUBLE") for name in IRIS_ROW},
        "outputs": {
            "species_probs": tensor("DT_DOUBLE", 3),
            "species_values": tensor("DT_STRING", 3),
            "predicted_species": tensor("DT_STRING", 1),
        },
        "method_name": "tensorflow/serving/predict",
    }
    return {"metadata": {"signature_def": {"signature_def": {"serving_default": signature}}}}


def iris_answer(body: bytes) -> tuple[int, Any]:
    """Returns the right answer to a predict request of any number of rows."""
    row = {"species_probs": [0.8, 0.1, 0.1], "species_values": SPECIES,
           "predicted_species": ["setosa"]}  # fmt: skip
    return 200, {"predictions": [row] * len(json.loads(body)["instances"])}


@pytest.fixture
def iris(site: Site) -> Site:
    """A service with the model `iris_model` that is right in all it answers, as replica `r1`."""
    versions = [{"version": "1", "bqml": {"example_instance": IRIS_ROW}}]
    site.pages |= {
        "/models": (200, {"models": [{"name": "iris_model", "versions": versions}]}),
        "/v1/models/iris_model/metadata": (200, iris_metadata()),
    }
    site.posted = iris_answer
    site.headers["X-Replica"] = "r1"
    return site
