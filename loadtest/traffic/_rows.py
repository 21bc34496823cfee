"""The rows that are sent: real ones from a file, or drawn from what the model says of itself."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Mapping
from pathlib import Path

from foundation.json_types import JsonObject, JsonValue
from loadtest.errors import RowsError
from loadtest.traffic._signature import Signature, TensorSpec

_DRAWN = 64


def file_rows(path: Path, signature: Signature) -> list[JsonObject]:
    """Exactly the model's inputs: a .csv file may have other columns, such as the label."""
    readers = {".jsonl": _jsonl_rows, ".csv": _csv_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise RowsError(f"traffic.rows_file: expected a .jsonl or .csv file, got {path.name}")
    try:
        rows = reader(path, signature.inputs)
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise RowsError(f"traffic.rows_file: {path}: {getattr(exc, 'strerror', exc)}") from exc
    if not rows:
        raise RowsError(f"traffic.rows_file: {path} has no rows")
    return rows


def _jsonl_rows(path: Path, inputs: Mapping[str, TensorSpec]) -> list[JsonObject]:
    rows = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip():
            continue
        try:
            row: JsonValue = json.loads(line)
        except ValueError as exc:
            raise RowsError(f"traffic.rows_file: {path}:{number}: not JSON: {exc}") from exc
        if not isinstance(row, dict) or row.keys() != inputs.keys():
            got = ", ".join(row) if isinstance(row, dict) else type(row).__name__
            raise RowsError(
                f"traffic.rows_file: {path}:{number}: expected the keys {', '.join(inputs)}; "
                f"got {got}"
            )
        rows.append(row)
    return rows


def _csv_rows(path: Path, inputs: Mapping[str, TensorSpec]) -> list[JsonObject]:
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in inputs if name not in (reader.fieldnames or ())]
        if missing:
            raise RowsError(f"traffic.rows_file: {path}: no column {', '.join(missing)}")
        return [
            {name: _cell(row[name], name, spec, f"{path}:{reader.line_num}")
             for name, spec in inputs.items()}
            for row in reader
        ]  # fmt: skip


def _cell(text: str | None, name: str, spec: TensorSpec, where: str) -> JsonValue:
    try:
        return _nested(_parsed((text or "").strip(), spec), spec)
    except ValueError as exc:
        raise RowsError(f"traffic.rows_file: {where}: column {name} ({spec.dtype}): {exc}") from exc


def _parsed(text: str, spec: TensorSpec) -> JsonValue:
    if spec.kind == "float":
        return float(text)
    if spec.kind == "int":
        return int(text)
    if spec.kind == "bool":
        if text.lower() not in ("true", "false", "1", "0"):
            raise ValueError(f"expected true or false, got {text!r}")
        return text.lower() in ("true", "1")
    return text


def drawn_rows(signature: Signature, example: JsonObject | None, seed: int) -> list[JsonObject]:
    """Numbers are drawn around those of the example, where there is one.

    Texts stay as they are in it: a word out of nowhere is outside of the model's vocabulary and
    would test one path of it only.
    """
    draw = random.Random(seed)  # noqa: S311 - no secret
    if example is not None and example.keys() != signature.inputs.keys():
        example = None
    rows = [{name: _drawn(spec, example and example[name], draw)
             for name, spec in signature.inputs.items()} for _ in range(_DRAWN)]  # fmt: skip
    return [example, *rows] if example is not None else rows


def _drawn(spec: TensorSpec, near: JsonValue, draw: random.Random) -> JsonValue:
    if isinstance(near, list):
        return [_drawn(spec, item, draw) for item in near]
    if near is not None and not isinstance(near, int | float):
        return near
    around = 1.0 if near is None else float(near)
    choices: dict[str, JsonValue] = {
        "float": round(around * draw.uniform(0.5, 1.5), 3),
        "int": round(around * draw.uniform(0.5, 1.5)),
        "bool": draw.random() < 0.5,
    }
    value = choices.get(spec.kind, near if near is not None else "")
    return value if near is not None else _nested(value, spec)


def _nested(value: JsonValue, spec: TensorSpec) -> JsonValue:
    for size in reversed(spec.row_shape or ()):
        value = [value] * max(1, size)
    return value
