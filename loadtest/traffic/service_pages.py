"""The pages of the service that say what a model wants: read once, before the load."""

from __future__ import annotations

import json
import os
import ssl
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from foundation.errors import SettingsError
from foundation.json_types import JsonObject
from loadtest.errors import TargetError
from loadtest.settings.target import TargetSettings


class ServicePages:
    """The REST port of the service, at `url` or where the target says."""

    def __init__(self, target: TargetSettings, url: str = "") -> None:
        self._target = target
        self._url = (url or target.url).rstrip("/")
        self._models: list[JsonObject] | None = None

    def model_name(self) -> str:
        """The one of the settings, or the only one that there is; else a TargetError."""
        if self._target.model:
            return self._target.model
        names = [str(model.get("name")) for model in self._catalogue()]
        if len(names) != 1:
            have = ", ".join(names) or "none that it lists"
            raise TargetError(f"target.model: name the model to ask; {self._url} has {have}")
        return names[0]

    def model_path(self) -> str:
        path = f"/v1/models/{quote(self.model_name(), safe='')}"
        if self._target.version is not None:
            path += f"/versions/{self._target.version}"
        if self._target.label:
            path += f"/labels/{quote(self._target.label, safe='')}"
        return path

    def metadata(self) -> JsonObject:
        return self._json(f"{self.model_path()}/metadata")

    def example_row(self) -> JsonObject | None:
        """The row that was published with the newest version; None without one."""
        name = self.model_name()
        models = [model for model in self._catalogue() if model.get("name") == name]
        for version in models[0].get("versions", []) if models else []:
            example = (version.get("bqml") or {}).get("example_instance")
            if isinstance(example, dict):
                return example
        return None

    def first_answer(self, body: bytes) -> bytes:
        return self._read(f"{self.model_path()}:predict", body)

    def _catalogue(self) -> list[JsonObject]:
        if self._models is None:
            try:
                self._models = list(self._json("/models").get("models", []))
            except _PageError:
                self._models = []
        return self._models

    def _json(self, path: str) -> JsonObject:
        text = self._read(path)
        try:
            value: Any = json.loads(text)
        except ValueError as exc:
            raise TargetError(f"GET {self._url}{path} is not JSON: {shown(text)}") from exc
        if not isinstance(value, dict):
            raise TargetError(f"GET {self._url}{path} is not a JSON object: {shown(text)}")
        return value

    def _read(self, path: str, body: bytes | None = None) -> bytes:
        headers = request_headers(self._target)
        request = urllib.request.Request(self._url + path, data=body, headers=headers)  # noqa: S310 - http(s) by pattern
        try:
            with urllib.request.urlopen(  # noqa: S310 - as above
                request, timeout=self._target.timeout_s, context=tls_context(self._target)
            ) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as exc:
            raise _PageError(
                f"{request.get_method()} {self._url}{path}: {exc.code}: {shown(exc.read())}"
            ) from exc
        except OSError as exc:
            reason = getattr(exc, "reason", None) or exc
            raise TargetError(f"{self._url} cannot be reached: {reason}") from exc
        except HTTPException as exc:
            raise TargetError(f"{self._url} does not speak HTTP/1.1: {exc!r}") from exc


class _PageError(TargetError):
    """The service answered, but not with 200."""


def request_headers(target: TargetSettings) -> dict[str, str]:
    headers = {"Content-Type": "application/json", **target.headers}
    token = bearer_token(target)
    return headers | {"Authorization": f"Bearer {token}"} if token else headers


def bearer_token(target: TargetSettings) -> str:
    if not target.token_env:
        return ""
    token = os.environ.get(target.token_env)
    if not token:
        raise SettingsError(f"target.token_env: {target.token_env} is not in the environment")
    return token


def tls_context(target: TargetSettings) -> ssl.SSLContext | None:
    if not target.url.startswith("https:"):
        return None
    context = ssl.create_default_context()
    if not target.verify_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def shown(text: bytes, limit: int = 200) -> str:
    return " ".join(text[:limit].decode(errors="replace").split())
