"""GetModelMetadata."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.protos.model_metadata_pb2 import SignatureDefMap

FIELD = ["signature_def"]


def signatures(answer: Any) -> Any:
    """Returns the signatures in an answer by name."""
    found = SignatureDefMap()
    assert answer.metadata["signature_def"].Unpack(found)
    return found.signature_def


def test_every_signature_is_described(stub: Any) -> None:
    """The SignatureDefs are the model's own, defaults included."""
    answer = stub("GetModelMetadata", model_spec={"name": "kinds"}, metadata_field=FIELD)
    found = signatures(answer)
    assert (answer.model_spec.name, answer.model_spec.version.value) == ("kinds", 3)
    assert not answer.model_spec.signature_name
    assert found["serving_default"].inputs["x"].name == "x:0"
    assert found["serving_default"].inputs["x"].tensor_shape.unknown_rank
    assert found["serving_default"].method_name == "tensorflow/serving/predict"
    assert list(found["with_defaults"].defaults["b"].float_val) == [10.0]


@pytest.mark.parametrize(
    ("model_spec", "fields", "code", "text"),
    [
        (None, FIELD, "INVALID_ARGUMENT", "Missing ModelSpec"),
        (
            {},
            [],
            "INVALID_ARGUMENT",
            "GetModelMetadataRequest must specify at least one metadata_field",
        ),
        ({}, ["foo"], "INVALID_ARGUMENT", "Metadata field foo is not supported"),
        ({}, FIELD, "INVALID_ARGUMENT", "ModelSpec has no name specified."),
        ({"name": "nope"}, FIELD, "NOT_FOUND", "Servable not found for request: Latest(nope)"),
        (
            {"name": "kinds", "version_label": "x"},
            FIELD,
            "INVALID_ARGUMENT",
            "Unrecognized servable version label: x",
        ),
    ],
)
def test_a_wrong_request_gets_the_stock_words(
    stub: Any, model_spec: Any, fields: list[str], code: str, text: str
) -> None:
    """Code and text are TensorFlow Serving's, in its order."""
    fails = stub.fails("GetModelMetadata", model_spec=model_spec, metadata_field=fields)
    assert fails == (code, text)
