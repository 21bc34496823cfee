"""The border at which errors of Google's libraries become errors of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import google.auth.exceptions as auth
import requests.exceptions as http
import urllib3.exceptions as sockets
from google.api_core import exceptions as api
from google.cloud.storage import exceptions as storage

from bqml_export.errors import (
    AccessDeniedError,
    BqmlExportError,
    DuplicateError,
    InvalidQueryError,
    NotFoundError,
    StorageError,
    UsageError,
)
from bqml_export.permissions import grant_hint, named_permissions

Make = Callable[..., BqmlExportError]

_TRY_AGAIN = "the service is unavailable or overloaded: run the same command again, it resumes"
_UNREACHABLE = "check the network and the endpoint, then run the same command again: it resumes"
_LOG_IN = "run `gcloud auth application-default login`, or use --local to work without an account"

# The first line that matches wins, so that subclasses stand above their parents.
_TABLE: tuple[tuple[type[Exception], Make, str | None], ...] = (
    (auth.DefaultCredentialsError, UsageError, _LOG_IN),
    (auth.TransportError, BqmlExportError, _UNREACHABLE),
    (auth.GoogleAuthError, AccessDeniedError, _LOG_IN),
    (api.NotFound, NotFoundError, None),
    (api.Conflict, DuplicateError, None),
    (api.Forbidden, AccessDeniedError, "ask for the role, or check --project"),
    (api.Unauthorized, AccessDeniedError, _LOG_IN),
    (api.PreconditionFailed, StorageError, "an object changed meanwhile: run the command again"),
    (api.BadRequest, InvalidQueryError, None),
    (api.TooManyRequests, BqmlExportError, _TRY_AGAIN),
    (api.ServerError, BqmlExportError, _TRY_AGAIN),
    (api.RetryError, BqmlExportError, _TRY_AGAIN),
    (api.GoogleAPIError, BqmlExportError, None),
    (storage.DataCorruption, StorageError, "an object is damaged in transit or at rest"),
    (storage.InvalidResponse, StorageError, None),
    (http.RequestException, BqmlExportError, _UNREACHABLE),
    (sockets.HTTPError, BqmlExportError, _UNREACHABLE),
    (ConnectionError, BqmlExportError, _UNREACHABLE),
)

# The client libraries put what they asked for before what the server answered.
_REQUEST = re.compile(r"^(GET|POST|PUT|PATCH|DELETE) \S+: ")

_JOB_TRAILER = re.compile(r" Location: \S+ Job ID: \S+$")

_FOREIGN = tuple(kind for kind, _, _ in _TABLE)


@contextmanager
def foreign_errors(doing: str) -> Iterator[None]:
    """Runs the body; an error of Google's libraries leaves it as ours, with its cause attached.

    `doing` is the start of the message, for example "reading model d.m".
    """
    try:
        yield
    except _FOREIGN as exc:
        raise translate(exc, doing) from exc


def translate(exc: Exception, doing: str) -> BqmlExportError:
    cause = exc.cause if isinstance(exc, api.RetryError) and exc.cause else exc
    for kind, make, hint in _TABLE:
        if isinstance(cause, kind):
            line = _one_line(cause)
            named = named_permissions(line) if make is AccessDeniedError else []
            return make(f"{doing}: {line}", hint=grant_hint(named[0]) if named else hint)
    return BqmlExportError(f"{doing}: {_one_line(exc)}")


def _one_line(exc: BaseException) -> str:
    if never_connected(exc):
        return f"cannot connect to {_host(exc)}"
    text = str(exc.message) if isinstance(exc, api.GoogleAPICallError) else str(exc)
    return _REQUEST.sub("", one_line(text)) or type(exc).__name__


def one_line(text: str) -> str:
    """Returns a message of BigQuery, which may show the SQL below it, as one line.

    The client library adds where the job ran and its id, which tells a reader nothing.
    """
    return _JOB_TRAILER.sub("", " ".join(text.split()))


def never_connected(exc: BaseException) -> bool:
    """Returns whether the error means that no connection was made, so that nothing was sent."""
    reason = _reason(exc)
    return isinstance(
        reason,
        (sockets.NewConnectionError, sockets.NameResolutionError, sockets.ConnectTimeoutError),
    )


def _reason(exc: BaseException) -> object:
    """Returns the urllib3 error inside a requests or google-auth one."""
    inner = exc.args[0] if exc.args else None
    if isinstance(exc, auth.TransportError) and isinstance(inner, BaseException):
        return _reason(inner)
    if isinstance(exc, http.ConnectionError):
        return getattr(inner, "reason", inner)
    return exc


def _host(exc: BaseException) -> str:
    inner = exc.args[0] if exc.args else None
    if isinstance(exc, auth.TransportError) and isinstance(inner, BaseException):
        return _host(inner)
    pool = getattr(inner, "pool", None)
    return f"{pool.host}:{pool.port}" if pool is not None else "the server"
