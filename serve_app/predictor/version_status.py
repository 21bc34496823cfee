"""The state of one version over its life, as TensorFlow Serving names it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """ModelVersionStatus.State of TensorFlow Serving's get_model_status.proto."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """One version's state at one moment.

    Attributes:
        error_code: `OK`, or the code of the error that ended a load.
        error_message: Empty for `OK`.
    """

    model: str
    version: int
    state: State
    error_code: str = "OK"
    error_message: str = ""
