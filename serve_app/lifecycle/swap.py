"""Which versions may be unloaded now: TensorFlow Serving's availability preserving policy."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from serve_app.lifecycle.version import ModelVersion
from serve_app.predictor import State


def versions_to_retire(
    versions: Iterable[ModelVersion], wanted: Collection[int]
) -> list[ModelVersion]:
    """Returns the AVAILABLE versions of one model that may go, lowest first.

    An unwanted version goes when a wanted one is ready or none is wanted; else the newest unwanted
    one stays and answers.
    """
    ready = sorted(
        (v for v in versions if v.state is State.AVAILABLE), key=lambda version: version.number
    )
    unwanted = [version for version in ready if version.number not in wanted]
    if not wanted or len(unwanted) < len(ready):
        return unwanted
    return unwanted[:-1]
