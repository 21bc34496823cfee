"""The reader of saved_model.pb agrees with TensorFlow's own protobuf classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from bqml_export.repository.saved_model_pb import summarize

if TYPE_CHECKING:
    from pathlib import Path


def test_the_smallest_model_is_read(saved_model_pb: bytes) -> None:
    """Version, method, dtype and a negative dimension are decoded."""
    summary = summarize(saved_model_pb)
    assert summary.tensorflow_version == "2.21.0"
    assert summary.signatures["serving_default"].inputs == {"x": "float64[-1]"}
    assert not summary.has_variables


def test_every_real_export_agrees_with_the_protobuf_classes(real_exports: Path) -> None:
    """Version and signature names equal what TensorFlow's generated classes read."""
    saved_model_pb2 = pytest.importorskip("tensorflow.core.protobuf.saved_model_pb2")
    for path in sorted(real_exports.rglob("saved_model.pb")):
        summary, message = summarize(path.read_bytes()), saved_model_pb2.SavedModel()
        message.ParseFromString(path.read_bytes())
        graph = message.meta_graphs[0]
        names = {name for name in graph.signature_def if not name.startswith("__saved_model")}
        assert summary.tensorflow_version == graph.meta_info_def.tensorflow_version
        assert summary.signatures.keys() == names
        for name, signature in summary.signatures.items():
            assert signature.inputs.keys() == set(graph.signature_def[name].inputs)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_end_in_the_one_error(content: bytes) -> None:
    """Whatever a file holds, the only exception is the documented one."""
    try:
        summarize(content)
    except DecodeError:
        return
