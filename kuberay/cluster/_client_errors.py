"""The border at which errors of the Kubernetes client become errors of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import kubernetes.config
import urllib3.exceptions
from kubernetes.client.rest import ApiException
from kubernetes.dynamic.exceptions import ResourceNotFoundError, ResourceNotUniqueError

from foundation.json_types import JsonObject
from kuberay.errors import (
    ClusterError,
    ConflictError,
    DeniedError,
    MissingError,
    RefusedError,
    UnreachableError,
)

_CLASSES: dict[int, type[ClusterError]] = {
    400: RefusedError,
    401: DeniedError,
    403: DeniedError,
    404: MissingError,
    409: ConflictError,
    413: RefusedError,
    415: RefusedError,
    422: RefusedError,
}
_MOST_CHARACTERS = 600
_HINTS = {
    401: "log in again: the credentials of the kubeconfig are not valid",
    403: "ask for the role, or check --context",
    413: "the object is larger than the API server takes",
}


@contextmanager
def cluster_errors(what: str) -> Iterator[None]:
    """Maps whatever the client raises to a ClusterError; `what` says what was being done."""
    try:
        yield
    except ApiException as exc:
        raise _of_answer(exc, what) from exc
    except (ResourceNotFoundError, ResourceNotUniqueError) as exc:
        raise MissingError(f"{what}: the cluster has no such kind") from exc
    except kubernetes.config.ConfigException as exc:
        hint = "set KUBECONFIG or --context"
        raise UnreachableError(f"no usable kubeconfig: {_line(str(exc))}", hint=hint) from exc
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as exc:
        hint = "check the network and --context"
        reason = _line(str(getattr(exc, "reason", None) or exc))
        raise UnreachableError(f"{what}: no answer: {reason}", hint=hint) from exc


def _of_answer(exc: ApiException, what: str) -> ClusterError:
    status = exc.status or 0
    body = status_of(exc)
    message = str(body.get("message") or exc.reason or "no reason given")
    kind = _CLASSES.get(status, UnreachableError if status in (0, 429, 503, 504) else ClusterError)
    error = kind(f"{what}: {_line(message)}", hint=_HINTS.get(status))
    if isinstance(error, ConflictError):
        return _conflict(body, what) or error
    return error


def _conflict(body: JsonObject, what: str) -> ConflictError | None:
    causes = [
        cause
        for cause in (body.get("details") or {}).get("causes") or ()
        if cause.get("reason") == "FieldManagerConflict"
    ]
    if not causes:
        return None
    owners = "; ".join(
        f"{cause.get('field', '?').lstrip('.')}: {cause.get('message', '')}" for cause in causes
    )
    return ConflictError(
        f"{what}: fields that another manager set to another value: {_line(owners)}",
        hint="leave those fields out of the manifest, or take them over with --force-conflicts",
    )


def status_of(exc: ApiException) -> JsonObject:
    try:
        body = json.loads(exc.body or "{}")
    except (TypeError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def _line(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= _MOST_CHARACTERS:
        return line
    half = _MOST_CHARACTERS // 2
    return f"{line[:half]} ... {line[-half:]}"
