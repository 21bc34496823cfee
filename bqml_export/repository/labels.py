"""The labels of a model, `<root>/<model>/labels.json`: `{"stable": 2}`.

Servers read the file again and again, so it is only ever replaced as a whole. Beside it lies
`labels.journal.jsonl`, one line for each change.
"""

from __future__ import annotations

import getpass
import json
import re
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bqml_export.errors import PublishError, UsageError
from bqml_export.repository.durable import append_line, replace_file
from bqml_export.repository.record import now
from foundation.repository.labels import parse_labels
from foundation.repository.layout import LABELS_NAME

JOURNAL_NAME = "labels.journal.jsonl"

_LABEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}", re.ASCII)


def _user() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelChange:
    """One line of the journal."""

    at: str = field(default_factory=now)
    """When, RFC 3339 in UTC."""
    who: str = field(default_factory=_user)
    label: str
    version: int | None
    """Where it points now; None when it was removed."""
    previous: int | None
    """Where it pointed before; None when it was new."""
    forced: bool = False
    """Whether nobody had shown that the version answers as the warehouse does."""
    reason: str | None = None
    parity: str | None = None
    """When the report that allowed it was made; None without one."""
    files_sha256: str | None = None
    """The files of the version, as its report names them."""


def require_label(label: str) -> None:
    if not _LABEL.fullmatch(label):
        raise UsageError(
            f"label '{label}' cannot be part of a URL",
            hint="use letters, digits, '_', '-' and '.', and do not start with '.' or '-'",
        )


def read_labels(model_folder: Path) -> dict[str, int]:
    """Returns the version of each label; PublishError for a file that servers do not take."""
    path = model_folder / LABELS_NAME
    try:
        labels = parse_labels(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as exc:
        raise PublishError(f"{path} is not JSON: {exc}", hint=_REPAIR) from exc
    if labels is None:
        raise PublishError(f'{path}: expected {{"label": version number, ...}}', hint=_REPAIR)
    return labels


_REPAIR = "repair it by hand, or delete it and promote again"


def change_label(model_folder: Path, change: LabelChange) -> None:
    """Makes the change; the caller holds the model's lock.

    The journal comes first: no label is ever moved without a line that says who did it.
    """
    labels = read_labels(model_folder)
    labels.pop(change.label, None)
    if change.version is not None:
        labels[change.label] = change.version
    append_line(model_folder / JOURNAL_NAME, json.dumps(asdict(change), ensure_ascii=False))
    text = json.dumps(labels, indent=2, ensure_ascii=False, sort_keys=True)
    replace_file(model_folder / LABELS_NAME, f"{text}\n".encode())
