"""EXPORT MODEL and extract jobs with a model: files of a SavedModel into Cloud Storage."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bqml_export.embedded.bigquery.protocol.wire import Json
from bqml_export.embedded.bigquery.stores.models import ModelKey
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.embedded.bigquery.tables.bucket_locations import check_bucket_location
from bqml_export.errors import InvalidQueryError, NotSupportedError

_URI = re.compile(r"gs://(?P<bucket>[^/]+)(?:/(?P<prefix>.*))?")
_SAVED_MODEL = "ML_TF_SAVED_MODEL"
_MODEL_FORMATS = (_SAVED_MODEL, "ML_XGBOOST_BOOSTER")


@dataclass(frozen=True, slots=True)
class Destination:
    """A folder of a bucket; `prefix` ends with a slash."""

    bucket: str
    prefix: str


def sql_destination(options: Mapping[str, Any]) -> Destination:
    for name in options:
        if name == "trial_id":
            raise _no_trials()
        if name not in ("uri", "add_serving_default_signature"):
            raise InvalidQueryError(f"Unknown option for EXPORT MODEL: {name}")
    return parse_destination(options.get("uri"))


def job_destination(extract: Json) -> Destination:
    _check_format(str(extract.get("destinationFormat") or _SAVED_MODEL))
    for name, value in (extract.get("modelExtractOptions") or {}).items():
        if name == "trialId" and value is not None:
            raise _no_trials()
        if name not in ("trialId", "addServingDefaultSignature"):
            raise NotSupportedError(f"modelExtractOptions.{name} is not supported")
    uris = extract.get("destinationUris") or [extract.get("destinationUri")]
    if len(uris) != 1:
        raise InvalidQueryError("Extracting a model takes exactly one destination URI")
    return parse_destination(uris[0])


def parse_destination(uri: object) -> Destination:
    match = _URI.fullmatch(uri) if isinstance(uri, str) else None
    if match is None:
        raise InvalidQueryError(f"Invalid destination URI {uri!r}: expected gs://bucket/folder")
    prefix = (match["prefix"] or "").strip("/")
    if not prefix:
        raise InvalidQueryError(f"Invalid destination URI {uri}: must include a folder")
    if "*" in prefix:
        raise InvalidQueryError(f"Invalid destination URI {uri}: a model takes no wildcard")
    return Destination(match["bucket"], f"{prefix}/")


def export_model(services: Services, key: ModelKey, destination: Destination) -> int:
    """Returns the number of files; the bucket must be where the model is."""
    stored = services.models.get(key)
    location = str(stored.resource["location"])
    check_bucket_location(services.objects, destination.bucket, location, reading=False)
    with tempfile.TemporaryDirectory(prefix="bqml-export-") as folder:
        root = Path(folder) / "model"
        stored.model.export(root, name=str(key))
        files = sorted(path for path in root.rglob("*") if path.is_file())
        for path in files:
            name = destination.prefix + path.relative_to(root).as_posix()
            services.objects.write(destination.bucket, name, path.read_bytes())
    return len(files)


def _check_format(name: str) -> None:
    if name == _SAVED_MODEL:
        return
    if name in _MODEL_FORMATS:
        raise InvalidQueryError(
            f"Destination format {name} is not valid for a linear or logistic regression model; "
            f"use {_SAVED_MODEL}"
        )
    raise InvalidQueryError(
        f"Destination format {name} is not valid for a model; use {_SAVED_MODEL}"
    )


def _no_trials() -> InvalidQueryError:
    return InvalidQueryError(
        "The model was not trained with hyperparameter tuning: a trial id cannot be given"
    )
