"""Reads the request target as TensorFlow Serving does: raw, undecoded, case-insensitive."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

from serve_app.errors import InvalidArgumentError
from serve_app.predictor.model_spec import ModelSpec

Verb = Literal["classify", "regress", "predict", "metadata", "status"]

_VERSION_OR_LABEL = r"(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
_POST = re.compile(
    rf"/v1/models/(?P<name>[^/:]+){_VERSION_OR_LABEL}:(?P<verb>classify|regress|predict)",
    re.IGNORECASE | re.ASCII,
)
_GET = re.compile(
    rf"/v1/models(?:/(?P<name>[^/:]+))?{_VERSION_OR_LABEL}(?:/(?P<verb>metadata))?",
    re.IGNORECASE | re.ASCII,
)
_POST_VERBS = frozenset({"classify", "regress", "predict"})


class EmptyBodyError(InvalidArgumentError):
    """The one error of TensorFlow Serving's /v1/ that has no body: a version beyond int64."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a request asks for."""

    verb: Verb
    spec: ModelSpec


@lru_cache(maxsize=1024)
def read_target(method: str, target: str) -> Target:
    """Returns the verb and model of a /v1/ request.

    Args:
        method: The HTTP method.
        target: Raw path plus `?query`, as sent.

    Raises:
        InvalidArgumentError: `Malformed request` for all that is no known form.
    """
    pattern = {"POST": _POST, "GET": _GET}.get(method)
    match = pattern.fullmatch(target) if pattern else None
    verb = _verb(method, match) if match else None
    if match is None or verb is None:
        raise InvalidArgumentError(f"Malformed request: {method} {target}")
    if match["name"] is None:
        raise InvalidArgumentError("Missing model name in request.")
    return Target(verb, _spec(match))


def _verb(method: str, match: re.Match[str]) -> Verb | None:
    """Returns the verb; the pattern ignores case, the comparison after it does not."""
    if method == "GET":
        return "metadata" if match["verb"] == "metadata" else "status"
    return match["verb"] if match["verb"] in _POST_VERBS else None  # type: ignore[return-value]


def _spec(match: re.Match[str]) -> ModelSpec:
    label = match["label"] and unquote(match["label"], errors="surrogateescape")
    version = int(match["version"]) if match["version"] else None
    if version is not None and version >= 2**63:
        raise EmptyBodyError(f"Failed to convert version: {match['version']} to numeric.")
    return ModelSpec(unquote(match["name"], errors="surrogateescape"), version, label or None)
