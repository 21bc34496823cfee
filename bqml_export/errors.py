"""The one error tree of bqml_export.

BqmlExportError                 exit 1   anything this tool reports on purpose
├── UsageError                  exit 2   the command line or a settings value is wrong
├── QueryError                           BigQuery's own error form: a reason and a message
│   ├── InvalidQueryError       400      the SQL, an option or the training data is wrong
│   ├── NotFoundError           404      a dataset, table or model does not exist
│   ├── DuplicateError          409      it exists already and OR REPLACE was not said
│   ├── AccessDeniedError       403      the account may not do this
│   └── NotSupportedError       400      valid BigQuery ML that the embedded engine does not do
├── JobError                    exit 1   a BigQuery job ended with an error
├── StorageError                exit 1   Cloud Storage refused, or an object is damaged
├── PreflightError              exit 4   an export would fail; nothing was sent
├── ExportLayoutError           exit 3   the folder is not an export that can be served
├── PublishError                exit 1   a version folder could not be published
├── ParityError                 exit 1   the endpoint does not answer as the warehouse does
│   └── DamageError                      a published file is gone or has other bytes
└── GateError                   exit 2   the two could not be compared
    └── EndpointError                    the server does not answer, or not as it should
"""

from __future__ import annotations

from collections.abc import Sequence

from foundation.errors import BqmlError


class BqmlExportError(BqmlError):
    """Root of every error that this tool raises on purpose."""


class UsageError(BqmlExportError):
    """The command line or a settings value is wrong."""

    exit_code = 2


class QueryError(BqmlExportError):
    """An error in BigQuery's own form, as whatever reads SQL or runs it here raises it.

    `reason` and `http_status` are what BigQuery's REST API answers; clients map them to their
    exception classes and decide by them whether to retry.
    """

    reason: str = "invalidQuery"
    http_status: int = 400


class InvalidQueryError(QueryError):
    """The SQL, an option or the training data is wrong."""


class NotFoundError(QueryError):
    """A project, dataset, table, model or job does not exist."""

    reason = "notFound"
    http_status = 404


class DuplicateError(QueryError):
    """The thing to create exists already."""

    reason = "duplicate"
    http_status = 409


class AccessDeniedError(QueryError):
    """The account may not do this."""

    reason = "accessDenied"
    http_status = 403


class NotSupportedError(QueryError):
    """Valid BigQuery ML that the embedded engine does not do.

    Answered with HTTP 400, never 500 or 501: Google's clients retry those for ten minutes.
    """

    reason = "notImplemented"


class JobError(BqmlExportError):
    """A BigQuery job ended with an error."""


class StorageError(BqmlExportError):
    """Cloud Storage refused an operation, or an object is damaged."""


class PreflightError(BqmlExportError):
    """An export would fail, and nothing was sent; `what` was checked, as the message begins."""

    exit_code = 4

    def __init__(self, what: str, problems: Sequence[BqmlError]) -> None:
        self.problems = tuple(problems)
        if len(problems) == 1:
            super().__init__(problems[0].message, hint=problems[0].hint)
            return
        lines = [f"{what} would fail for {len(problems)} reasons", *map(str, problems)]
        super().__init__("\n- ".join(lines))


class ExportLayoutError(BqmlExportError):
    """The folder is not an export that can be served."""

    exit_code = 3


class PublishError(BqmlExportError):
    """A version folder could not be published."""


class ParityError(BqmlExportError):
    """The endpoint does not answer as the warehouse does, or nobody has shown that it does."""


class DamageError(ParityError):
    """A file of a published version is gone or has other bytes."""


class GateError(BqmlExportError):
    """The endpoint and the warehouse could not be compared."""

    exit_code = 2


class EndpointError(GateError):
    """The server does not answer, or not in TensorFlow Serving's form."""
