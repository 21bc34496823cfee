"""The file `labels.json` beside a model's versions: `{"stable": 1}`, written by a publisher.

It counts for models that no model configuration lists; a configuration has labels of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from foundation.repository.labels import parse_labels

_log = logging.getLogger(__name__)


class LabelsFile:
    """Reads the labels again and again; a malformed file changes nothing and is logged once."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._data: bytes | None = None
        self._labels: Mapping[str, int] = {}

    def read(self, data: bytes | None) -> Mapping[str, int]:
        """Returns the labels in `data`, the file's content now, None where there is no file."""
        if data != self._data:
            self._data = data
            self._labels = {} if data is None else self._parse(data)
        return self._labels

    def _parse(self, data: bytes) -> Mapping[str, int]:
        try:
            labels = parse_labels(data)
        except ValueError as exc:
            _log.warning("%s is not JSON, the labels stay as they were: %s", self._origin, exc)
            return self._labels
        if labels is not None:
            return labels
        _log.warning(
            '%s: expected {"label": version number, ...}, the labels stay as they were',
            self._origin,
        )
        return self._labels
