"""GET /v1/models/M[/versions/V] and .../metadata."""

from __future__ import annotations

from foundation.json_types import Json
from serve_app.predictor import ModelSpec, Predictor, VersionStatus
from serve_app.protocols.http import Answer, json_answer


def status(predictor: Predictor, spec: ModelSpec) -> Answer:
    """Returns the state of each version, newest first."""
    versions: list[Json] = [version_status(s) for s in predictor.statuses(spec)]
    return json_answer({"model_version_status": versions})


def version_status(status: VersionStatus) -> dict[str, Json]:
    """Returns one ModelVersionStatus as proto3 JSON, where an int64 is a string."""
    error: Json = {"error_code": status.error_code, "error_message": status.error_message}
    return {"version": str(status.version), "state": status.state.name, "status": error}


def metadata(predictor: Predictor, spec: ModelSpec) -> Answer:
    """Returns the SignatureDefs of the version; the double nesting is TensorFlow Serving's."""
    found = predictor.metadata(spec)
    signatures: Json = {name: s.definition for name, s in found.signatures.items()}
    return json_answer(
        {
            "model_spec": {
                "name": found.name,
                "signature_name": "",
                "version": str(found.version),
            },
            "metadata": {"signature_def": {"signature_def": signatures}},
        }
    )
