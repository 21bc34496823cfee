"""The errors of serve_app: the canonical tree of `foundation.errors`, and two of its own.

FailedPreconditionError         400   FAILED_PRECONDITION
└── UnsupportedExportError            a BigQuery ML export of a kind that is not served yet
UnavailableError                503   UNAVAILABLE
└── OverloadedError             503   RESOURCE_EXHAUSTED: the queue is full; has retry_after_s
"""

from __future__ import annotations

from foundation.errors import (
    ERROR_BY_CODE,
    DataLossError,
    DeadlineExceededError,
    FailedPreconditionError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ResourceExhaustedError,
    SettingsError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
    UnknownError,
)
from foundation.errors import (
    BqmlError as ServeAppError,
)

__all__ = [
    "ERROR_BY_CODE",
    "DataLossError",
    "DeadlineExceededError",
    "FailedPreconditionError",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "OverloadedError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "ServeAppError",
    "SettingsError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
    "UnsupportedExportError",
]


class UnsupportedExportError(FailedPreconditionError):
    """The folder holds a BigQuery ML export of a kind that is not served yet."""


class OverloadedError(UnavailableError):
    """The replica's queue is full.

    gRPC clients retry UNAVAILABLE at once on their own, which is the last thing an overloaded
    service needs; Ray Serve's own refusals are RESOURCE_EXHAUSTED too.

    Args:
        retry_after_s: Seconds after which a retry is worth while.
    """

    grpc_code = 8

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
