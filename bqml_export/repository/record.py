"""The record that lies beside a published model, `<root>/<model>/<version>/bqml.json`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from bqml_export.errors import PublishError
from bqml_export.model_reference import ModelReference
from foundation.json_types import JsonObject
from foundation.repository.layout import RECORD_NAME

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A feature or label column with its GoogleSQL type, for example INT64 or ARRAY<STRING>."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class FileDigest:
    """What a file must hash to."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything that is known about a published version; what is not known is None.

    `created` and `published_at` are RFC 3339 in UTC; `metrics` are BigQuery's evaluation metrics
    by their names in models.get; `files` maps each relative path except the record's own;
    `example_instance` is a row of the training data as a predict request has it.
    """

    model_reference: ModelReference | None = None
    model_type: str | None = None
    created: str | None = None
    location: str | None = None
    etag: str | None = None
    trial_id: int | None = None
    sql: str | None = None
    sql_sha256: str | None = None
    feature_columns: tuple[Column, ...] | None = None
    label_columns: tuple[Column, ...] | None = None
    training_options: JsonObject | None = None
    metrics: dict[str, float] | None = None
    iterations: int | None = None
    tensorflow_version: str | None = None
    signatures: JsonObject | None = None
    example_instance: JsonObject | None = None
    source_uri: str | None = None
    engine: str | None = None
    published_at: str | None = None
    tool_version: str | None = None
    files: dict[str, FileDigest] | None = None

    def to_json(self) -> JsonObject:
        """Returns the record as it is written, `format` first."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, content: JsonObject) -> Record:
        """Skips keys of later minor additions; ValueError: a later format or a wrong shape."""
        if content.get("format") != FORMAT:
            raise ValueError(f"format is {content.get('format')!r}, this tool reads {FORMAT}")
        known = {field.name: content.get(field.name) for field in fields(cls)}
        try:
            return cls(**{**known, **_nested(content)})
        except (TypeError, KeyError, AttributeError) as exc:
            raise ValueError(f"a value has the wrong shape: {exc}") from exc


def _nested(content: JsonObject) -> JsonObject:
    nested: JsonObject = {}
    if reference := content.get("model_reference"):
        nested["model_reference"] = ModelReference(**reference)
    for key in ("feature_columns", "label_columns"):
        if (columns := content.get(key)) is not None:
            nested[key] = tuple(Column(column["name"], column["type"]) for column in columns)
    if (files := content.get("files")) is not None:
        nested["files"] = {
            path: FileDigest(digest["sha256"], digest["bytes"]) for path, digest in files.items()
        }
    return nested


def write_record(folder: Path, record: Record) -> None:
    """Writes the record into a version folder that is not published yet."""
    text = json.dumps(record.to_json(), indent=2, ensure_ascii=False)
    (folder / RECORD_NAME).write_text(text + "\n", encoding="utf-8")


def read_record(folder: Path) -> Record | None:
    """Returns None where a model came without a record; PublishError if it cannot be read."""
    path = folder / RECORD_NAME
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as exc:
        raise PublishError(f"{path} is not JSON: {exc}", hint="publish the model again") from exc
    try:
        return Record.from_json(content if isinstance(content, dict) else {})
    except ValueError as exc:
        raise PublishError(f"{path}: {exc}", hint="publish the model again") from exc


def sql_sha256(sql: str) -> str:
    """Returns the sha256 of a SQL text, spaces at its ends left out, as hexadecimal digits."""
    return hashlib.sha256(sql.strip().encode("utf-8")).hexdigest()


def now() -> str:
    """Returns this second as records have it: RFC 3339 in UTC."""
    return rfc3339(datetime.now(UTC), "seconds")


def rfc3339(moment: datetime, precision: str) -> str:
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def tool_version() -> str:
    """Returns the installed version of this tool, or `unknown` when run from a bare checkout."""
    try:
        return metadata.version("bqml-ray-serve")
    except metadata.PackageNotFoundError:
        return "unknown"
