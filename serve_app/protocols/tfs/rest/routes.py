"""The routes of TensorFlow Serving's REST API: raw, undecoded, case-insensitive."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias
from urllib.parse import unquote

from serve_app.errors import InvalidArgumentError
from serve_app.predictor import ModelSpec

Verb: TypeAlias = Literal["classify", "regress", "predict", "metadata", "status"]

_VERSION_OR_LABEL = r"(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"


@dataclass(frozen=True, slots=True)
class Route:
    """What requests of one form ask for.

    Attributes:
        pattern: The whole target; the pattern ignores case, the verb in it does not.
        verb: Which handler answers.
    """

    method: str
    pattern: re.Pattern[str]
    verb: Verb


def _route(method: str, pattern: str, verb: Verb) -> Route:
    return Route(method, re.compile(pattern, re.IGNORECASE | re.ASCII), verb)


_POST = rf"/v1/models/(?P<name>[^/:]+){_VERSION_OR_LABEL}:(?P<verb>"
_GET = rf"/v1/models(?:/(?P<name>[^/:]+))?{_VERSION_OR_LABEL}"

ROUTES = (
    _route("POST", _POST + "predict)", "predict"),
    _route("POST", _POST + "classify)", "classify"),
    _route("POST", _POST + "regress)", "regress"),
    _route("GET", _GET, "status"),
    # What TensorFlow Serving takes for `status` where the word's case is another.
    _route("GET", _GET + "/(?P<verb>metadata)", "metadata"),
)


class EmptyBodyError(InvalidArgumentError):
    """The one error of TensorFlow Serving's /v1/ that has no body: a version beyond int64."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a request asks for."""

    verb: Verb
    spec: ModelSpec


@lru_cache(maxsize=1024)
def read_target(method: str, target: str) -> Target:
    """Returns the verb and model of a /v1/ request; `target` is as sent: raw path plus `?query`.

    Raises:
        InvalidArgumentError: `Malformed request` for all that is no known form.
    """
    for route in ROUTES:
        match = route.pattern.fullmatch(target) if route.method == method else None
        verb = _verb(route, match) if match else None
        if match is None or verb is None:
            continue
        if match["name"] is None:
            raise InvalidArgumentError("Missing model name in request.")
        return Target(verb, _spec(match))
    raise InvalidArgumentError(f"Malformed request: {method} {target}")


def _verb(route: Route, match: re.Match[str]) -> Verb | None:
    if match.groupdict().get("verb", route.verb) == route.verb:
        return route.verb
    return "status" if route.method == "GET" else None


def _spec(match: re.Match[str]) -> ModelSpec:
    label = match["label"] and unquote(match["label"], errors="surrogateescape")
    version = int(match["version"]) if match["version"] else None
    if version is not None and version >= 2**63:
        raise EmptyBodyError(f"Failed to convert version: {match['version']} to numeric.")
    return ModelSpec(unquote(match["name"], errors="surrogateescape"), version, label or None)
