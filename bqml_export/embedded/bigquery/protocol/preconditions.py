"""If-Match on resources, and PATCH of labels."""

from __future__ import annotations

from bqml_export.embedded.bigquery.protocol.wire import Json, Request
from bqml_export.errors import QueryError


class PreconditionError(QueryError):
    """The resource is not the one that the client read."""

    reason = "conditionNotMet"
    http_status = 412


def check_etag(request: Request, etag: object, name: str) -> None:
    """Refuses a change of what is not as the client read it, by the request's If-Match."""
    expected = request.headers.get("if-match")
    if expected and expected not in ("*", etag):
        raise PreconditionError(f"Precondition Failed: {name} was changed since it was read")


def patched_labels(old: Json, changes: Json | None) -> Json:
    """Returns labels after a PATCH: given ones are set, those given as null are removed."""
    merged = {**old, **(changes or {})} if changes is not None else {}
    return {name: value for name, value in merged.items() if value is not None}
