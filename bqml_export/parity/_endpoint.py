"""The served version, over TensorFlow Serving's REST API: any server that speaks it will do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from bqml_export.errors import EndpointError
from bqml_export.warehouse.jobs import Report
from foundation.json_types import JsonObject

_CONNECT_TIMEOUT_S = 5.0
_ANSWER_TIMEOUT_S = 120.0
_POLL_S = 0.5
_ROWS_A_REQUEST = 64


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the server said instead of a prediction."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One version of one model at a server, for example `http://127.0.0.1:8501`."""

    url: str
    model: str
    version: int

    def wait_until_available(self, wait_s: float, report: Report) -> None:
        """Returns when the server answers for the version; EndpointError after `wait_s`.

        A server that answers may still have to find a version that was published just now; one
        that does not answer at all is not waited for.
        """
        deadline = time.monotonic() + wait_s
        told = False
        while (state := self._state()) != "AVAILABLE":
            if time.monotonic() >= deadline:
                raise EndpointError(
                    f"version {self.version} of {self.model} is not served at {self.url}: {state}",
                    hint="give --wait more" if state in _LOADING else _NOT_THERE,
                )
            if not told:
                report(f"waiting for {self.url} to load {self.model} version {self.version}")
                told = True
            time.sleep(_POLL_S)

    def predict(
        self, instances: Sequence[JsonObject], signature: str | None
    ) -> list[Any | Refusal]:
        """Returns one element of `predictions`, or a refusal, for each instance.

        A batch that is refused is sent again row by row, so that one row spoils no other.
        """
        found: list[Any | Refusal] = []
        for start in range(0, len(instances), _ROWS_A_REQUEST):
            found += self._predict_batch(instances[start : start + _ROWS_A_REQUEST], signature)
        return found

    def _predict_batch(
        self, instances: Sequence[JsonObject], signature: str | None
    ) -> list[Any | Refusal]:
        body: JsonObject = {"instances": list(instances)}
        if signature is not None:
            body["signature_name"] = signature
        status, answer = self._call("POST", f"{self._path}:predict", body)
        if status == 200:
            predictions = answer.get("predictions")
            if not isinstance(predictions, list) or len(predictions) != len(instances):
                raise self._not_tensorflow_serving(f"no {len(instances)} predictions")
            return predictions
        if status >= 500:
            raise EndpointError(f"{self.url} cannot predict now: {status}, {_error(answer)}")
        if len(instances) == 1:
            return [Refusal(_error(answer))]
        one_by_one = [self._predict_batch([one], signature) for one in instances]
        return [found for batch in one_by_one for found in batch]

    def _state(self) -> str:
        status, answer = self._call("GET", self._path, None)
        if status == 404:
            return f"it does not know it ({_error(answer)})"
        if status != 200:
            return f"{status}, {_error(answer)}"
        try:
            return str(answer["model_version_status"][0]["state"])
        except (KeyError, IndexError, TypeError) as exc:
            raise self._not_tensorflow_serving("no model_version_status") from exc

    @property
    def _path(self) -> str:
        return f"/v1/models/{self.model}/versions/{self.version}"

    def _call(self, method: str, path: str, body: JsonObject | None) -> tuple[int, JsonObject]:
        try:
            response = requests.request(
                method,
                self.url.rstrip("/") + path,
                json=body,
                timeout=(_CONNECT_TIMEOUT_S, _ANSWER_TIMEOUT_S),
            )
        except requests.Timeout as exc:
            raise EndpointError(f"{self.url} does not answer in time", hint=_START) from exc
        except requests.RequestException as exc:
            raise EndpointError(f"nothing answers at {self.url}", hint=_START) from exc
        try:
            answer = response.json()
        except ValueError as exc:
            if response.status_code in (404, 502, 503, 504):
                return response.status_code, {"error": response.reason}
            raise self._not_tensorflow_serving("its answer is not JSON") from exc
        return response.status_code, answer if isinstance(answer, dict) else {}

    def _not_tensorflow_serving(self, what: str) -> EndpointError:
        return EndpointError(
            f"{self.url} does not speak TensorFlow Serving's REST API: {what}",
            hint="give the address of the REST port with --url",
        )


_LOADING = ("START", "LOADING")
_NOT_THERE = (
    "only the newest version is loaded, unless the server was started with "
    "--set repository.version_policy.kind=all, and only from its own --root"
)
_START = (
    "start it with `bqml-serve serve --root ROOT`, give --url, or --files-only to compare hashes"
)


def _error(answer: JsonObject) -> str:
    return " ".join(str(answer.get("error", "it does not say why")).split())
