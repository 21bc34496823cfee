"""The models of a repository root and their numbered versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bqml_export.errors import PublishError, UsageError
from foundation.repository.layout import MAX_VERSION, version_number

_MODEL_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Version:
    """One published version folder."""

    model: str
    number: int
    folder: Path

    def __str__(self) -> str:
        return f"{self.model} version {self.number}"


def model_folder(root: Path, model: str) -> Path:
    """Refuses a name that cannot be part of a URL, and a `root` that is itself a model's folder."""
    if not _MODEL_NAME.fullmatch(model):
        raise UsageError(
            f"model name '{model}' cannot be part of a URL",
            hint="use letters, digits, '_', '-' and '.', and do not start with '.' or '-'",
        )
    for entry in _entries(root):
        if version_number(entry.name) is not None and (entry / "saved_model.pb").is_file():
            raise UsageError(
                f"{root} is the folder of one model: it holds the version {entry.name}",
                hint=f"give the repository root above it, {root.parent}",
            )
    return root / model


def versions_of(root: Path, model: str) -> list[Version]:
    """Returns the published versions of `model`, oldest first."""
    found = [
        Version(model, number, entry)
        for entry in _entries(root / model)
        if (number := version_number(entry.name)) is not None and entry.is_dir()
    ]
    return sorted(found, key=lambda version: version.number)


def taken_numbers(folder: Path) -> set[int]:
    """Returns every number that a version in the model's folder may not have any more."""
    numbers = {version_number(entry.name) for entry in _entries(folder)}
    return {number for number in numbers if number is not None}


def require_free(folder: Path, version: int | None) -> None:
    """Refuses an explicit `version` that exists: one is never overwritten."""
    if version is not None and version in taken_numbers(folder):
        raise PublishError(
            f"version {version} of {folder.name} exists already and is never overwritten",
            hint=f"leave --version out to publish as {next_number(folder)}",
        )


def next_number(folder: Path) -> int:
    number = max(taken_numbers(folder), default=0) + 1
    if number > MAX_VERSION:
        hint = "give a free --version"
        raise PublishError(f"{folder} has the highest version that there is", hint=hint)
    return number


def models_of(root: Path) -> list[str]:
    names = [entry.name for entry in _entries(root) if _MODEL_NAME.fullmatch(entry.name)]
    return sorted(name for name in names if versions_of(root, name))


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
