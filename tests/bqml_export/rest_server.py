"""Serves a model repository over REST without Ray, for tests: `rest_server.py ROOT`.

Prints its port when it listens. New models and versions are found while it runs. Its working
directory is the project.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.getcwd())  # noqa: PTH109

import uvicorn

from serve_app.lifecycle.manager import ServableManager
from serve_app.predictor import Admission, Executor, Predictor
from serve_app.protocols.registry import http_protocols
from serve_app.settings import RepositorySettings, TensorFlowSettings
from serve_app.transports.http.app import HttpApp


def main(root: Path) -> None:
    """Serves until SIGTERM."""
    settings = RepositorySettings(root=root, poll_wait_s=0.1, load_retry_interval_s=0)
    manager = ServableManager(settings, TensorFlowSettings(threads=1))
    manager.start()
    executor = Executor(2)
    app = HttpApp(http_protocols(Predictor(manager, executor), Admission(64, 1)), 10_000_000)
    listener = socket.create_server(("127.0.0.1", 0))
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    config = uvicorn.Config(app, log_level="warning", lifespan="on")
    uvicorn.Server(config).run(sockets=[listener])
    manager.close()
    executor.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
