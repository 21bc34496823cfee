"""Waits until the service has really answered a prediction through its public port."""

from __future__ import annotations

import json
import shlex
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from foundation.json_types import JsonObject, JsonValue
from foundation.repository.layout import DEFAULT_SIGNATURE
from serve_app.config.serving_config import ServingConfig
from serve_app.errors import UnavailableError
from serve_app.launcher._example import example_instance
from serve_app.launcher.client import Client
from serve_app.repository.place import open_place, scheme_of

_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """One model's first prediction.

    Attributes:
        url: Where predictions are asked for.
        curl: A command that repeats the request, ready to paste.
    """

    model: str
    version: int
    url: str
    curl: str
    answer: JsonValue


def wait_for_first_answers(
    client: Client, models: ServingConfig, timeout_s: float, stop: threading.Event
) -> list[FirstAnswer]:
    """Returns one answered prediction per servable model, as soon as there is at least one.

    Returns nothing where `stop` is set first, or no model is to be served yet.

    Raises:
        UnavailableError: No model answered within `timeout_s`; says what was answered last.
    """
    deadline_s = time.monotonic() + timeout_s
    last: JsonValue = "nobody listens"
    while time.monotonic() < deadline_s and not stop.is_set():
        status, last = client.get("/readyz" if models.models else "/healthz")
        if status == 200 and not models.models:
            return []
        if status == 200:
            answers = list(_answers(client, models))
            if answers:
                return answers
            _, last = client.get("/models")
        stop.wait(_POLL_S)
    if stop.is_set():
        return []
    raise UnavailableError(f"no prediction was answered within {timeout_s:g} s; last: {last}")


def _answers(client: Client, listed: ServingConfig) -> Iterator[FirstAnswer]:
    _, catalogue = client.get("/models")
    for model in catalogue["models"]:
        for version in model["versions"]:
            if version["state"] == "AVAILABLE":
                answer = _predict(client, listed, model["name"], version)
                if answer:
                    yield answer
                break


def _predict(
    client: Client, listed: ServingConfig, model: str, version: JsonObject
) -> FirstAnswer | None:
    number = int(version["version"])
    path = f"/v1/models/{quote(model, safe='')}"
    status, found = client.get(f"{path}/versions/{number}/metadata")
    if status != 200:
        return None
    name, signature = _default_signature(found)
    body: JsonObject = {} if name == DEFAULT_SIGNATURE else {"signature_name": name}
    body["instances"] = [
        example_instance(signature, _folder(listed, model, number), version["bqml"])
    ]
    status, answer = client.post(f"{path}:predict", body)
    if status != 200:
        return None
    url = f"{client.base_url}{path}:predict"
    curl = f"curl -d {shlex.quote(json.dumps(body))} {url}"
    return FirstAnswer(model, number, url, curl, answer)


def _folder(listed: ServingConfig, model: str, number: int) -> Path | None:
    """Returns where the version's files are, None where they are not on this machine's disk."""
    config = listed.by_name().get(model)
    if config is None or scheme_of(config.base_path) == "gs":
        return None
    files = open_place(config.base_path, Path()).versions().get(number)
    return files.fetch() if files else None


def _default_signature(metadata: JsonObject) -> tuple[str, JsonObject]:
    """Returns `serving_default`, or the only other signature that can be called."""
    signatures = metadata["metadata"]["signature_def"]["signature_def"]
    callable_ones = {name: found for name, found in signatures.items() if found["inputs"]}
    name = DEFAULT_SIGNATURE if DEFAULT_SIGNATURE in callable_ones else min(callable_ones)
    return name, callable_ones[name]
