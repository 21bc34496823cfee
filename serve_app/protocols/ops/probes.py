"""URLs that need no model name: liveness, readiness and the catalogue of models.

TensorFlow Serving has none of them; all lie outside /v1/, whose every path is its own.
"""

from __future__ import annotations

from foundation.json_types import Json
from serve_app.errors import NotFoundError
from serve_app.kinds.traits import CallTraits
from serve_app.predictor import ModelSpec, Predictor
from serve_app.protocols.http import Answer, json_answer
from serve_app.protocols.tfs.rest.status import version_status


def live() -> Answer:
    """Returns 200 as long as the event loop turns."""
    return json_answer({"status": "alive"})


def ready(predictor: Predictor) -> Answer:
    """Returns 200 if at least one model answers, else 503."""
    is_ready = predictor.ready()
    return json_answer({"status": "ready" if is_ready else "not ready"}, 200 if is_ready else 503)


def catalogue(predictor: Predictor) -> Answer:
    models: list[Json] = [_model(predictor, name) for name in predictor.models()]
    return json_answer({"models": models})


def _model(predictor: Predictor, name: str) -> Json:
    versions: list[Json] = []
    for state in predictor.statuses(ModelSpec(name)):
        entry = version_status(state)
        versions.append({**entry, **_known(predictor, ModelSpec(name, state.version))})
    return {"name": name, "versions": versions}


def _known(predictor: Predictor, spec: ModelSpec) -> dict[str, Json]:
    """Returns the record, and which requests share model calls, of a version that is loaded."""
    try:
        found = predictor.metadata(spec)
    except NotFoundError:
        return {"bqml": None}
    shared: dict[str, Json] = {name: _sharing(traits) for name, traits in found.traits.items()}
    record = None if found.record is None else dict(found.record)
    return {"bqml": record, "shared_calls": shared}


def _sharing(traits: CallTraits) -> Json:
    which = "all" if traits.shared_rows else "single rows" if traits.row_width else "none"
    return {"requests": which, "reason": traits.reason}
