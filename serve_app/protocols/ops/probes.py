"""URLs that need no model name: liveness, readiness and the catalogue of models.

TensorFlow Serving has none of them; all lie outside /v1/, whose every path is its own.
"""

from __future__ import annotations

from serve_app.errors import NotFoundError
from serve_app.kinds.signature import Json
from serve_app.predictor.model_spec import ModelSpec
from serve_app.predictor.predictor import Predictor
from serve_app.protocols.tfs.rest.status import version_status
from serve_app.transports.http.answer import Answer, json_answer


def live() -> Answer:
    """Returns 200 as long as the event loop turns."""
    return json_answer({"status": "alive"})


def ready(predictor: Predictor) -> Answer:
    """Returns 200 if at least one model answers, else 503."""
    is_ready = predictor.ready()
    return json_answer({"status": "ready" if is_ready else "not ready"}, 200 if is_ready else 503)


def catalogue(predictor: Predictor) -> Answer:
    """Returns every model with its versions, their states and their records."""
    models: list[Json] = [_model(predictor, name) for name in predictor.models()]
    return json_answer({"models": models})


def _model(predictor: Predictor, name: str) -> Json:
    versions: list[Json] = []
    for state in predictor.statuses(ModelSpec(name)):
        entry = version_status(state)
        entry["bqml"] = _record(predictor, ModelSpec(name, state.version))
        versions.append(entry)
    return {"name": name, "versions": versions}


def _record(predictor: Predictor, spec: ModelSpec) -> Json:
    try:
        record = predictor.metadata(spec).record
    except NotFoundError:
        return None
    return dict(record) if record is not None else None
