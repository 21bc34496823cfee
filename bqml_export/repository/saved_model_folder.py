"""Checking that a SavedModel folder is complete before it may be published."""

from __future__ import annotations

from pathlib import Path

from google.protobuf.message import DecodeError

from bqml_export.errors import ExportLayoutError
from bqml_export.repository import _checkpoint_index as checkpoint_index
from bqml_export.repository.saved_model_pb import SavedModelSummary, summarize

_COPY_AGAIN = "the copy is incomplete or damaged: copy the export again"


def inspect_saved_model(folder: Path, source: str) -> SavedModelSummary:
    """Returns the summary of the SavedModel in `folder` after checking that all of it is there.

    Checked: saved_model.pb parses and has a signature; every asset that it names exists; the
    index of the variables parses, and each data shard is as long as the index says.

    Raises:
        ExportLayoutError: Something is missing, empty or cut off.
    """
    try:
        summary = summarize((folder / "saved_model.pb").read_bytes())
    except DecodeError as exc:
        raise _damaged(source, "saved_model.pb", str(exc)) from exc
    if not summary.signatures:
        raise _damaged(source, "saved_model.pb", "it has no signature to call")
    for name in summary.asset_files:
        if not (folder / "assets" / name).is_file():
            raise _damaged(source, f"assets/{name}", "it is missing")
    if summary.has_variables:
        _check_variables(folder / "variables", source)
    return summary


def _check_variables(folder: Path, source: str) -> None:
    index = folder / "variables.index"
    if not index.is_file():
        raise _damaged(source, "variables/variables.index", "it is missing")
    try:
        sizes = checkpoint_index.shard_sizes(index.read_bytes())
    except DecodeError as exc:
        raise _damaged(source, "variables/variables.index", str(exc)) from exc
    for number, least_bytes in enumerate(sizes):
        shard = folder / f"variables.data-{number:05d}-of-{len(sizes):05d}"
        if not shard.is_file():
            raise _damaged(source, f"variables/{shard.name}", "it is missing")
        if (size := shard.stat().st_size) < least_bytes:
            found = f"it has {size} bytes and its index says at least {least_bytes}"
            raise _damaged(source, f"variables/{shard.name}", found)


def _damaged(source: str, name: str, what: str) -> ExportLayoutError:
    return ExportLayoutError(f"{source}: {name} cannot be used: {what}", hint=_COPY_AGAIN)
