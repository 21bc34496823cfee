"""Ray's dashboard: its REST API, with a bearer token where the cluster asks for one."""

from __future__ import annotations

import json
import os
import ssl
import urllib.error
import urllib.request
from http.client import HTTPException

from foundation.json_types import JsonValue
from loadtest.errors import ReplicasError
from loadtest.settings.replicas import ReplicaSettings

_TIMEOUT_S = 10.0


class Dashboard:
    """Ray's address (`http://127.0.0.1:8265`) and a bearer token; an empty one is not sent."""

    def __init__(self, url: str, token: str = "", *, verify_tls: bool = True) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._tls = ssl.create_default_context()
        if not verify_tls:
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE

    def get(self, path: str) -> JsonValue:
        """Raises a ReplicasError, also where the token is refused or the answer is not JSON."""
        request = urllib.request.Request(self.url + path, headers=self._headers)  # noqa: S310
        try:
            with urllib.request.urlopen(  # noqa: S310 - settings allow http and https only
                request, timeout=_TIMEOUT_S, context=self._tls
            ) as response:
                return json.load(response)
        except urllib.error.HTTPError as exc:
            with exc:
                raise ReplicasError(self._refused(path, exc.code)) from exc
        except (OSError, ValueError, HTTPException) as exc:
            raise ReplicasError(f"Ray's dashboard {self.url}{path}: {exc}") from exc

    def _refused(self, path: str, status: int) -> str:
        if status in (401, 403):
            return (
                f"Ray's dashboard {self.url} answers {status}: it wants another token; name it in "
                "replicas.token_env or replicas.token_file (Ray's own is in ~/.ray/auth_token)"
            )
        return f"Ray's dashboard {self.url}{path} answers {status}"


def dashboard_of(settings: ReplicaSettings) -> Dashboard:
    return Dashboard(settings.dashboard_url, _token(settings), verify_tls=settings.verify_tls)


def _token(settings: ReplicaSettings) -> str:
    if settings.token_env:
        token = os.environ.get(settings.token_env, "")
        if not token:
            raise ReplicasError(f"replicas.token_env: {settings.token_env} is not set")
        return token
    if settings.token_file:
        try:
            return settings.token_file.expanduser().read_text().strip()
        except OSError as exc:
            raise ReplicasError(
                f"replicas.token_file: {settings.token_file}: {exc.strerror}"
            ) from exc
    return ""
