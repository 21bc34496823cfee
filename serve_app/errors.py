"""The one error tree of serve_app, with the HTTP status and gRPC code of every class.

ServeAppError                   HTTP  gRPC
├── InvalidArgumentError        400   INVALID_ARGUMENT
│   └── SettingsError                 a setting is unknown, malformed or contradicts another
├── FailedPreconditionError     400   FAILED_PRECONDITION
│   └── UnsupportedExportError        a BigQuery ML export of a kind that is not served yet
├── OutOfRangeError             400   OUT_OF_RANGE
├── UnauthenticatedError        401   UNAUTHENTICATED
├── PermissionDeniedError       403   PERMISSION_DENIED
├── NotFoundError               404   NOT_FOUND
├── AlreadyExistsError          409   ALREADY_EXISTS
├── AbortedError                409   ABORTED
├── ResourceExhaustedError      429   RESOURCE_EXHAUSTED
├── CancelledError              499   CANCELLED
├── UnknownError                500   UNKNOWN
├── InternalError               500   INTERNAL
├── DataLossError               500   DATA_LOSS
├── UnimplementedError          501   UNIMPLEMENTED
├── UnavailableError            503   UNAVAILABLE
│   └── OverloadedError         503   RESOURCE_EXHAUSTED: the queue is full; has retry_after_s
└── DeadlineExceededError       504   DEADLINE_EXCEEDED

Status codes as in TensorFlow Serving (util/net_http, HTTPStatusCodeFromTFStatus).
"""

from __future__ import annotations

from typing import ClassVar


class ServeAppError(Exception):
    """Root of every error that this service raises on purpose.

    Args:
        message: What happened, in the words that the client gets to read.
    """

    http_status: ClassVar[int] = 500
    grpc_code: ClassVar[int] = 2
    code_name: ClassVar[str] = "UNKNOWN"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def status_text(self) -> str:
        """Returns `CODE: message`, as TensorFlow Serving nests one error in another."""
        return f"{self.code_name}: {self.message}"


class InvalidArgumentError(ServeAppError):
    """The request is wrong, whatever the state of the server."""

    http_status, grpc_code, code_name = 400, 3, "INVALID_ARGUMENT"


class SettingsError(InvalidArgumentError):
    """A setting is unknown, malformed, or contradicts another one."""


class FailedPreconditionError(ServeAppError):
    """The server is not in the state that the request needs."""

    http_status, grpc_code, code_name = 400, 9, "FAILED_PRECONDITION"


class UnsupportedExportError(FailedPreconditionError):
    """The folder holds a BigQuery ML export of a kind that is not served yet."""


class OutOfRangeError(ServeAppError):
    """A value lies outside its valid range."""

    http_status, grpc_code, code_name = 400, 11, "OUT_OF_RANGE"


class UnauthenticatedError(ServeAppError):
    """The caller is not known."""

    http_status, grpc_code, code_name = 401, 16, "UNAUTHENTICATED"


class PermissionDeniedError(ServeAppError):
    """The caller, or the server's own account, may not do this."""

    http_status, grpc_code, code_name = 403, 7, "PERMISSION_DENIED"


class NotFoundError(ServeAppError):
    """The model, version, label, file or tensor does not exist."""

    http_status, grpc_code, code_name = 404, 5, "NOT_FOUND"


class AlreadyExistsError(ServeAppError):
    """The thing to create exists already."""

    http_status, grpc_code, code_name = 409, 6, "ALREADY_EXISTS"


class AbortedError(ServeAppError):
    """The operation was aborted."""

    http_status, grpc_code, code_name = 409, 10, "ABORTED"


class ResourceExhaustedError(ServeAppError):
    """Memory or a quota is used up."""

    http_status, grpc_code, code_name = 429, 8, "RESOURCE_EXHAUSTED"


class CancelledError(ServeAppError):
    """The client gave up."""

    http_status, grpc_code, code_name = 499, 1, "CANCELLED"


class UnknownError(ServeAppError):
    """An error of no known kind."""


class InternalError(ServeAppError):
    """A fault of the server."""

    http_status, grpc_code, code_name = 500, 13, "INTERNAL"


class DataLossError(ServeAppError):
    """Stored data is damaged."""

    http_status, grpc_code, code_name = 500, 15, "DATA_LOSS"


class UnimplementedError(ServeAppError):
    """The operation is not supported."""

    http_status, grpc_code, code_name = 501, 12, "UNIMPLEMENTED"


class UnavailableError(ServeAppError):
    """The service cannot answer right now; the request can be sent again."""

    http_status, grpc_code, code_name = 503, 14, "UNAVAILABLE"


class OverloadedError(UnavailableError):
    """The replica's queue is full.

    gRPC clients retry UNAVAILABLE at once on their own, which is the last thing an overloaded
    service needs; Ray Serve's own refusals are RESOURCE_EXHAUSTED too.

    Args:
        message: What the client gets to read.
        retry_after_s: Seconds after which a retry is worth while.
    """

    grpc_code = 8

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class DeadlineExceededError(ServeAppError):
    """The request took longer than its time limit."""

    http_status, grpc_code, code_name = 504, 4, "DEADLINE_EXCEEDED"


def _leaf_classes() -> dict[int, type[ServeAppError]]:
    return {cls.grpc_code: cls for cls in ServeAppError.__subclasses__()}


ERROR_BY_CODE: dict[int, type[ServeAppError]] = _leaf_classes()
"""Canonical status code (1..16, the same in gRPC, absl and TensorFlow) -> error class."""
