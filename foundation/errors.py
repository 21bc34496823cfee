"""The root of all errors, and one class for every canonical code.

BqmlError                       HTTP  gRPC
├── InvalidArgumentError        400   INVALID_ARGUMENT
│   └── SettingsError                 exit 2: a setting is unknown, malformed or contradicts another
├── FailedPreconditionError     400   FAILED_PRECONDITION
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
└── DeadlineExceededError       504   DEADLINE_EXCEEDED

Status codes as in TensorFlow Serving (util/net_http, HTTPStatusCodeFromTFStatus). The folders
derive classes of their own, and say what a command ends with.
"""

from __future__ import annotations

from typing import ClassVar


class BqmlError(Exception):
    """Anything that a folder raises on purpose; the hint says what the user can do about it."""

    exit_code: int = 1
    http_status: int = 500
    grpc_code: ClassVar[int] = 2
    code_name: ClassVar[str] = "UNKNOWN"
    problems: tuple[BqmlError, ...] = ()
    """Every reason, where there are several."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def status_text(self) -> str:
        """`CODE: message`, as TensorFlow Serving nests one error in another."""
        return f"{self.code_name}: {self.message}"


class InvalidArgumentError(BqmlError):
    """The request is wrong, whatever the state of the server."""

    http_status, grpc_code, code_name = 400, 3, "INVALID_ARGUMENT"


class SettingsError(InvalidArgumentError):
    """A setting is unknown, malformed, or contradicts another one."""

    exit_code = 2


class FailedPreconditionError(BqmlError):
    """The server is not in the state that the request needs."""

    http_status, grpc_code, code_name = 400, 9, "FAILED_PRECONDITION"


class OutOfRangeError(BqmlError):
    """A value lies outside its valid range."""

    http_status, grpc_code, code_name = 400, 11, "OUT_OF_RANGE"


class UnauthenticatedError(BqmlError):
    """The caller is not known."""

    http_status, grpc_code, code_name = 401, 16, "UNAUTHENTICATED"


class PermissionDeniedError(BqmlError):
    """The caller, or the server's own account, may not do this."""

    http_status, grpc_code, code_name = 403, 7, "PERMISSION_DENIED"


class NotFoundError(BqmlError):
    """The model, version, label, file or tensor does not exist."""

    http_status, grpc_code, code_name = 404, 5, "NOT_FOUND"


class AlreadyExistsError(BqmlError):
    """The thing to create exists already."""

    http_status, grpc_code, code_name = 409, 6, "ALREADY_EXISTS"


class AbortedError(BqmlError):
    """The operation was aborted."""

    http_status, grpc_code, code_name = 409, 10, "ABORTED"


class ResourceExhaustedError(BqmlError):
    """Memory or a quota is used up."""

    http_status, grpc_code, code_name = 429, 8, "RESOURCE_EXHAUSTED"


class CancelledError(BqmlError):
    """The client gave up."""

    http_status, grpc_code, code_name = 499, 1, "CANCELLED"


class UnknownError(BqmlError):
    """An error of no known kind."""


class InternalError(BqmlError):
    """A fault of the server."""

    http_status, grpc_code, code_name = 500, 13, "INTERNAL"


class DataLossError(BqmlError):
    """Stored data is damaged."""

    http_status, grpc_code, code_name = 500, 15, "DATA_LOSS"


class UnimplementedError(BqmlError):
    """The operation is not supported."""

    http_status, grpc_code, code_name = 501, 12, "UNIMPLEMENTED"


class UnavailableError(BqmlError):
    """The service cannot answer right now; the request can be sent again."""

    http_status, grpc_code, code_name = 503, 14, "UNAVAILABLE"


class DeadlineExceededError(BqmlError):
    """The request took longer than its time limit."""

    http_status, grpc_code, code_name = 504, 4, "DEADLINE_EXCEEDED"


ERROR_BY_CODE: dict[int, type[BqmlError]] = {
    cls.grpc_code: cls for cls in BqmlError.__subclasses__()
}
"""Canonical status code (1..16, the same in gRPC, absl and TensorFlow) -> error class."""
