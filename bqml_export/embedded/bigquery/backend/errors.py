"""The backend's errors in BigQuery's words.

The backend passes on what DuckDB and sqlglot say: over several lines, with terminal colours, and
with "access denied" for a dataset that does not exist.
"""

from __future__ import annotations

import re

from bqml_export.embedded.bigquery.protocol.wire import Json, Request, Response, error_response
from bqml_export.errors import (
    AccessDeniedError,
    DuplicateError,
    InvalidQueryError,
    NotFoundError,
    NotSupportedError,
    QueryError,
)

_LONGEST = 1000
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_DENIED = re.compile(r"Access Denied: Table (?P<dataset>[^\s:]+:[^\s.:]+)\.")
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"Not found: job:([^.\s]+)\.(\S+)", r"Not found: Job \1:\2"),
        (r"Not found: dataset:([^.\s]+)\.(\S+)", r"Not found: Dataset \1:\2"),
        (r"Not found: table:([^.\s]+)\.(\S+)", r"Not found: Table \1:\2"),
        (r"Not found: routine:([^.\s]+)\.(\S+)", r"Not found: Routine \1:\2"),
        (r"Already Exists: dataset:([^.\s]+)\.(\S+)", r"Already Exists: Dataset \1:\2"),
        (r"Already Exists: table:([^.\s]+)\.(\S+)", r"Already Exists: Table \1:\2"),
        (r"Not found: Table ([^.:\s]+)\.(\S+) was", r"Not found: Table \1:\2 was"),
        (r"Already Exists: Table ([^.:\s]+)\.(\S+)", r"Already Exists: Table \1:\2"),
        (r"^Syntax error: .*?Line (\d+), Col: (\d+).*", r"Syntax error at [\1:\2]"),
        (r"Parser Error: syntax error at or near (\"[^\"]*\").*", r"Syntax error: Unexpected \1"),
        (r"Parser Error: syntax error at end of input.*", "Syntax error: Unexpected end of script"),
        (r"Binder Error: Referenced column \"([^\"]+)\" not found.*", r"Unrecognized name: \1"),
        (r"Invalid dataset ID \"(region-[^\"]*)\".*",
         r"INFORMATION_SCHEMA of a region (`\1`) is not supported by the embedded BigQuery"),
        (r".*exists in the spatial extension.*",
         "GEOGRAPHY functions are not supported by the embedded BigQuery"),
        (r"Query execution failed: (?:[A-Z][a-z]+ )+Error: ", ""),
        (r"Query execution failed: ", ""),
        (r"Values were not provided for the following prepared statement parameters: ",
         "Query parameters without a value: "),
        (r"\s*\((?:DuckDB|emulator|Invalid Input Error).*", ""),
        (r"\s*LINE \d+: .*", ""),
    )
)  # fmt: skip
_KINDS: dict[str, type[QueryError]] = {
    "notFound": NotFoundError,
    "duplicate": DuplicateError,
    "accessDenied": AccessDeniedError,
    "notImplemented": NotSupportedError,
}


def query_error(error: Json) -> QueryError:
    """Returns the error object of a failed job or response as one of ours."""
    reason = str(error.get("reason") or "invalidQuery")
    message = str(error.get("message") or "unknown error")
    denied = _DENIED.match(message)
    if denied:
        # No account is ever refused here: what cannot be seen does not exist.
        return NotFoundError(f"Not found: Dataset {denied['dataset']} was not found")
    exception = _KINDS.get(reason, InvalidQueryError)(readable(message))
    if type(exception) is InvalidQueryError:
        exception.reason = reason
    return exception


def readable_error(request: Request, answer: Response) -> Response:
    """Returns the backend's HTTP error with its message in BigQuery's words."""
    try:
        body = answer.json()["error"]
    except (KeyError, InvalidQueryError):
        # No route has this path: the backend answers in its framework's form.
        what = f"{request.method} {request.path}"
        return error_response(NotSupportedError(f"The embedded BigQuery does not have {what}"))
    detail: Json = next(iter(body.get("errors") or ()), {})
    error = query_error({"message": body.get("message"), **detail})
    if not isinstance(error, NotFoundError):
        error.http_status = answer.status
    return error_response(error)


def readable(message: str) -> str:
    """Returns what the backend says as one line in BigQuery's words."""
    text = _COLOUR.sub("", message)
    for pattern, words in _RULES:
        text = pattern.sub(words, text)
    return " ".join(text.split())[:_LONGEST] or "The query failed"
