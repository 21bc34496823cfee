"""Every error of Google's libraries becomes one line of ours."""

from __future__ import annotations

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

import google.auth.exceptions as auth
import requests.exceptions
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
from bqml_export.foreign_errors import foreign_errors, translate


def everything_below(parent: type[Exception]) -> list[type[Exception]]:
    """Returns every subclass of an exception class, the class itself first."""
    return [
        parent,
        *(leaf for child in parent.__subclasses__() for leaf in everything_below(child)),
    ]


@pytest.mark.parametrize(
    ("exc", "kind", "words"),
    [
        (
            api.NotFound("GET http://x/y?z=1: Not found: Model a"),
            NotFoundError,
            "Not found: Model a",
        ),
        (api.Conflict("exists"), DuplicateError, "exists"),
        (api.Forbidden("no"), AccessDeniedError, "no"),
        (api.BadRequest("Syntax error\n  at [1:2]"), InvalidQueryError, "Syntax error at [1:2]"),
        (api.PreconditionFailed("generation"), StorageError, "generation"),
        (api.ServiceUnavailable("down"), BqmlExportError, "down"),
        (api.RetryError("timeout", api.Forbidden("no")), AccessDeniedError, "no"),
        (auth.DefaultCredentialsError("none"), UsageError, "none"),
        (auth.RefreshError("expired"), AccessDeniedError, "expired"),
        (requests.exceptions.ReadTimeout("slow"), BqmlExportError, "slow"),
        (storage.DataCorruption(None, "bad"), StorageError, "damaged"),
        (ConnectionResetError("reset"), BqmlExportError, "reset"),
    ],
)
def test_an_error_is_mapped_to_ours(
    exc: Exception, kind: type[BqmlExportError], words: str
) -> None:
    """The class follows the table, the message is one line without the request."""
    error = translate(exc, "doing it")
    assert type(error) is kind
    assert words in str(error)
    assert "\n" not in str(error)
    assert "http://" not in error.message


@pytest.mark.parametrize("parent", [api.GoogleAPIError, auth.GoogleAuthError])
def test_no_error_of_the_libraries_is_unmapped(parent: type[Exception]) -> None:
    """An error class that a new release adds is still caught at the border."""
    for kind in everything_below(parent):
        exc = kind.__new__(kind)
        exc.args = ("text",)
        with pytest.raises(BqmlExportError) as error, foreign_errors("doing it"):
            _raise_bare(exc)
        assert error.value.__cause__ is exc


def _raise_bare(exc: Exception) -> None:
    if isinstance(exc, api.GoogleAPICallError):
        exc.message = "text"
    if isinstance(exc, api.RetryError):
        exc.__init__("text", None)
    raise exc
