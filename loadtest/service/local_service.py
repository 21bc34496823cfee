"""Runs the service beside the load test, with a Ray of its own."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from pathlib import Path
from typing import Self

from foundation.free_ports import free_ports
from foundation.json_types import JsonObject
from loadtest.errors import ServiceError
from loadtest.replicas.dashboard import Dashboard
from loadtest.service.command import last_line, options, serve, settings_in_force
from loadtest.service.process_tree import ProcessTree
from loadtest.settings.load_test import LoadTestSettings

_STOP_S = 60.0
LOG = "service.log"


class LocalService:
    """A service on free ports of loopback; a context manager that leaves no process behind."""

    def __init__(self, settings: LoadTestSettings, root: Path, folder: Path) -> None:
        self._settings = settings
        self._log = folder / LOG
        port, grpc_port, dashboard_port = free_ports(3, "127.0.0.1")
        self._arguments = options(settings, root, port, grpc_port, dashboard_port)
        # Ray's own token would be in the user's home; this one ends with the run.
        self._token = secrets.token_hex(32)
        self.root = root
        self.url = f"http://127.0.0.1:{port}"
        self.grpc_target = f"127.0.0.1:{grpc_port}"
        self.dashboard = Dashboard(f"http://127.0.0.1:{dashboard_port}", self._token)
        self.settings: JsonObject = {}
        """Its settings in force, once it has started."""

    def __enter__(self) -> Self:
        self.settings = settings_in_force(self._arguments)
        timeout_s = self._settings.service.start_timeout_s
        with self._log.open("w") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                serve(self._arguments, timeout_s),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **self._environment()},
                # A terminal's Ctrl-C is ours to answer: the load must end first.
                start_new_session=True,
            )
        self.processes = ProcessTree(self._process.pid)
        try:
            self._await_announcement()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _environment(self) -> dict[str, str]:
        return {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": self._token,
            # Ongoing requests that are 10 s old, as they are by default, say nothing.
            "RAY_metrics_report_interval_ms": "1000",
        }

    def _await_announcement(self) -> None:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(_STOP_S)
            raise ServiceError(f"the service did not start: {last_line(self._log.read_text())}")
        if not json.loads(line)["models"]:
            raise ServiceError(f"the service has no model to ask: {self.root} holds none")

    def __exit__(self, *_: object) -> None:
        for _attempt in range(2):  # it cleans up when asked, and at once when asked again
            if self._process.poll() is None:
                self._process.terminate()
                try:
                    self._process.wait(_STOP_S)
                except (subprocess.TimeoutExpired, KeyboardInterrupt):
                    continue
        self.processes.end()
        if self._process.stdout:
            self._process.stdout.close()
