"""gRPC status and metadata."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GrpcCase

_SPEC = {"model_spec": {"name": "kit_iris"}}


def _available(response: Any) -> str:
    found = [(one.version, one.state) for one in response.model_version_status]
    return "" if found == [(3, 30)] else f"versions {found}"


def _has_signatures(response: Any) -> str:
    if response.model_spec.version.value != 3:
        return f"version {response.model_spec.version.value}"
    packed = response.metadata["signature_def"]
    expected = "type.googleapis.com/tensorflow.serving.SignatureDefMap"
    return "" if packed.type_url == expected else f"metadata {packed.type_url}"


CASES = (
    GrpcCase("grpc status", "all versions", "GetModelStatus", _SPEC, check=_available),
    GrpcCase(
        "grpc status",
        "an unknown model",
        "GetModelStatus",
        {"model_spec": {"name": "gone"}},
        "NOT_FOUND",
        ("Could not find any versions of model gone",),
    ),
    GrpcCase(
        "grpc metadata",
        "signature_def",
        "GetModelMetadata",
        {**_SPEC, "metadata_field": ["signature_def"]},
        check=_has_signatures,
    ),
    GrpcCase(
        "grpc metadata",
        "no field",
        "GetModelMetadata",
        _SPEC,
        "INVALID_ARGUMENT",
        ("must specify at least one metadata_field",),
    ),
    GrpcCase(
        "grpc metadata",
        "another field",
        "GetModelMetadata",
        {**_SPEC, "metadata_field": ["foo"]},
        "INVALID_ARGUMENT",
        ("Metadata field foo is not supported",),
    ),
    GrpcCase(
        "grpc metadata",
        "an unknown model",
        "GetModelMetadata",
        {"model_spec": {"name": "gone"}, "metadata_field": ["signature_def"]},
        "NOT_FOUND",
        ("Servable not found for request: Latest(gone)",),
    ),
)
