"""Models on disk: one JSON file each, replaced as a whole."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bqml_export.embedded.bigquery.protocol.wire import Json, parse_object
from bqml_export.embedded.bigquery.stores.jobs import epoch_ms
from bqml_export.embedded.ml.model.glm_model import GLMModel
from bqml_export.embedded.state.atomic import file_name, write_atomically
from bqml_export.errors import DuplicateError, InvalidQueryError, NotFoundError, StorageError
from bqml_export.sql.paths import ModelPath

_EDITABLE = ("description", "friendlyName", "labels", "expirationTime")


@dataclass(frozen=True, slots=True)
class ModelKey:
    """The full name of a model."""

    project: str
    dataset: str
    model: str

    def __str__(self) -> str:
        return f"{self.project}:{self.dataset}.{self.model}"

    def reference(self) -> Json:
        return {"projectId": self.project, "datasetId": self.dataset, "modelId": self.model}


def resolve(path: ModelPath, project: str, default_dataset: Json | None) -> ModelKey:
    default = default_dataset or {}
    dataset = path.dataset or str(default.get("datasetId") or "")
    if not dataset:
        raise InvalidQueryError(
            f"Model {path.model} must be qualified with a dataset (e.g. dataset.{path.model})"
        )
    if path.project:
        return ModelKey(path.project, dataset, path.model)
    owner = project if path.dataset else str(default.get("projectId") or project)
    return ModelKey(owner, dataset, path.model)


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A trained model and its Model resource of the REST API."""

    resource: Json
    model: GLMModel


class ModelStore:
    """All models by name. Thread-safe."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.RLock()
        self._loaded: dict[ModelKey, StoredModel] = {}

    def exists(self, key: ModelKey) -> bool:
        return self._path(key).exists() and not self._has_expired(key)

    def get(self, key: ModelKey) -> StoredModel:
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = self._read(key)
            stored = self._loaded[key]
            if _is_past(stored.resource.get("expirationTime")):
                raise _not_found(key)
            return stored

    def list(self, project: str, dataset: str) -> list[StoredModel]:
        with self._lock:
            found = [_key(path) for path in self._folder(project, dataset).glob("[!.]*.json")]
            kept = [key for key in found if self.exists(key)]
            return [self.get(key) for key in sorted(kept, key=lambda key: key.model)]

    def put(self, key: ModelKey, stored: StoredModel, *, replace: bool) -> None:
        with self._lock:
            if not replace and self.exists(key):
                raise DuplicateError(f"Already Exists: Model {key}")
            content = {"resource": stored.resource, "model": stored.model.to_json()}
            write_atomically(self._path(key), json.dumps(content).encode())
            self._loaded[key] = stored

    def edit(self, key: ModelKey, changes: Mapping[str, object]) -> Json:
        """Changes the editable fields of a model's resource and returns it; None clears a field."""
        for name in changes:
            if name not in _EDITABLE:
                raise InvalidQueryError(
                    f"Model field {name} cannot be changed; these can: {', '.join(_EDITABLE)}"
                )
        with self._lock:
            stored = self.get(key)
            merged = {**stored.resource, **changes}
            resource = {name: value for name, value in merged.items() if value is not None}
            resource |= {"etag": new_etag(), "lastModifiedTime": epoch_ms()}
            self.put(key, StoredModel(resource, stored.model), replace=True)
            return resource

    def delete(self, key: ModelKey) -> None:
        with self._lock:
            if not self.exists(key):
                raise _not_found(key)
            self._path(key).unlink()
            self._loaded.pop(key, None)

    def delete_all(self, project: str, dataset: str) -> None:
        for stored in self.list(project, dataset):
            model = str(stored.resource["modelReference"]["modelId"])
            self.delete(ModelKey(project, dataset, model))

    def _has_expired(self, key: ModelKey) -> bool:
        try:
            self.get(key)
        except NotFoundError:
            return True
        except StorageError:
            return False  # it is there; CREATE OR REPLACE may still replace it
        return False

    def _read(self, key: ModelKey) -> StoredModel:
        try:
            content = parse_object(self._path(key).read_bytes())
        except FileNotFoundError:
            raise _not_found(key) from None
        return StoredModel(content["resource"], GLMModel.from_json(content["model"]))

    def _folder(self, project: str, dataset: str) -> Path:
        return self._directory / file_name(project) / file_name(dataset)

    def _path(self, key: ModelKey) -> Path:
        return self._folder(key.project, key.dataset) / f"{file_name(key.model)}.json"


def new_etag() -> str:
    return uuid.uuid4().hex


def _is_past(expiration_ms: str | None) -> bool:
    return expiration_ms is not None and int(expiration_ms) <= int(epoch_ms())


def _key(path: Path) -> ModelKey:
    reference = parse_object(path.read_bytes())["resource"]["modelReference"]
    return ModelKey(reference["projectId"], reference["datasetId"], reference["modelId"])


def _not_found(key: ModelKey) -> NotFoundError:
    return NotFoundError(f"Not found: Model {key}")
