"""TensorProto to numpy and back; TensorFlow itself is the judge."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorflow.core.framework.tensor_pb2 import TensorProto

from serve_app.errors import InvalidArgumentError, UnimplementedError
from serve_app.protocols.tfs.messages.tensor_proto import read_tensor, write_tensor

LIMIT = 1_000_000
FIELDS = {
    "float_val": [1.5, -2.0, 3.25], "double_val": [0.1, 0.2], "int_val": [1, -1, 300, 70000],
    "int64_val": [2**40, -5], "uint32_val": [2**32 - 1], "uint64_val": [2**64 - 1, 1],
    "bool_val": [True, False], "string_val": [b"a", b"\xff", b""], "half_val": [15360, 16384, 1],
    "scomplex_val": [1, 2, 3], "dcomplex_val": [1, 2, 3, 4], "float8_val": b"\x38\x40\x01",
}  # fmt: skip
WRONG_WORDS = np.zeros(1, np.void)
NUMBERS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 17, 18, 19, 22, 23)


def judge(proto: TensorProto) -> np.ndarray | None:
    """Returns what Tensor::FromProto makes of `proto`, None where it refuses."""
    try:
        return np.asarray(tf.io.parse_tensor(proto.SerializeToString(), proto.dtype).numpy())
    except tf.errors.InvalidArgumentError:
        return None


def read(proto: TensorProto) -> np.ndarray | None:
    """Returns what we make of `proto`, None where we refuse."""
    try:
        return read_tensor("x", proto, LIMIT)
    except InvalidArgumentError as error:
        return None if error.message.startswith("tensor parsing error: x") else WRONG_WORDS


def same(ours: np.ndarray | None, theirs: np.ndarray | None) -> bool:
    """Tells whether both are the same tensor, bit for bit, or both refused."""
    if ours is None or theirs is None:
        return ours is None and theirs is None
    theirs = np.asarray(theirs, dtype=ours.dtype)
    if ours.shape != theirs.shape:
        return False
    return bool(ours.tolist() == theirs.tolist() or ours.tobytes() == theirs.tobytes())


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("shape", [[], [1], [2], [2, 3], [0], [3, 0], [7]], ids=str)
def test_typed_fields_are_read_as_tensorflow_reads_them(number: int, shape: list[int]) -> None:
    """Missing values repeat the last, extra ones are dropped, none at all are zeros."""
    for fields in (FIELDS, {}):
        proto = TensorProto(dtype=number, **fields)
        for size in shape:
            proto.tensor_shape.dim.add(size=size)
        assert same(read(proto), judge(proto))


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("content", [b"\x01", b"\x02\x01abc", b"\x01" * 16, bytes(range(32))])
def test_tensor_content_is_read_as_tensorflow_reads_it(number: int, content: bytes) -> None:
    """The size must be exactly that of type and shape; strings have their lengths in front."""
    for size in (0, 1, 2, 16):
        proto = TensorProto(dtype=number, tensor_content=content)
        proto.tensor_shape.dim.add(size=size)
        assert same(read(proto), judge(proto))


@pytest.mark.parametrize(
    "shape",
    [
        {"dim": [{"size": -1}]}, {"dim": [{"size": 2}, {"size": -5}]}, {"unknown_rank": True},
        {"dim": [{"size": 0}] * 255}, {"dim": [{"size": 2**62}, {"size": 0}, {"size": 2**62}]},
        {"dim": [{"size": 2**40}]}, {"dim": [{"size": 2**62}, {"size": 2**62}]},
    ],
)  # fmt: skip
def test_a_strange_shape_is_refused_and_never_crashes(shape: Any) -> None:
    """An unknown rank reads as a scalar, as in TensorFlow; the rest is a parsing error."""
    found = read(TensorProto(dtype=1, tensor_shape=shape, float_val=[1.0]))
    assert (found is None) != ("unknown_rank" in shape)


@pytest.mark.parametrize(
    ("dtype", "error"),
    [
        (0, InvalidArgumentError),  # DT_INVALID
        (999, InvalidArgumentError),
        (20, UnimplementedError),  # DT_RESOURCE
        (21, UnimplementedError),  # DT_VARIANT
        (101, UnimplementedError),  # DT_FLOAT_REF
    ],
)
def test_types_that_cannot_be_fed_are_refused(dtype: int, error: type[Exception]) -> None:
    """What is no type is a parsing error; what numpy does not have is refused by name."""
    with pytest.raises(error):
        read_tensor("x", TensorProto(dtype=dtype, float_val=[1.0]), LIMIT)


@pytest.mark.parametrize("size", [3, 64, 65, 5000])
@pytest.mark.parametrize(
    "dtype",
    ["float32", "float64", "int8", "uint16", "int32", "int64", "uint32", "uint64", "bool",
     "float16", "bfloat16", "complex64", "complex128", "float8_e5m2", "float8_e4m3fn"],
)  # fmt: skip
def test_written_tensors_have_every_value_in_the_typed_field(dtype: str, size: int) -> None:
    """Never tensor_content, never shortened; TensorFlow and we read back the same."""
    numpy_type = tf.dtypes.as_dtype(dtype).as_numpy_dtype
    array = np.resize(np.array([0, 1, 1, 3, 1]), size).astype(numpy_type)
    proto = TensorProto()
    write_tensor(array, proto)
    assert not proto.tensor_content
    assert tf.make_ndarray(proto).tobytes() == array.tobytes()
    assert same(read(TensorProto.FromString(proto.SerializeToString())), array)


def test_a_scalar_has_a_shape_without_dimensions() -> None:
    """The shape is there, and empty."""
    proto = TensorProto()
    write_tensor(np.array(b"word", np.object_), proto)
    assert proto.HasField("tensor_shape")
    assert (list(proto.tensor_shape.dim), list(proto.string_val)) == ([], [b"word"])


def test_strided_arrays_are_written_in_row_major_order() -> None:
    """Whatever the array's layout in memory."""
    proto = TensorProto()
    write_tensor(np.arange(200, dtype=np.float32).reshape(2, 100).T, proto)
    assert list(proto.float_val[:4]) == [0.0, 100.0, 1.0, 101.0]


@given(data=st.binary(max_size=60))
@settings(max_examples=500, deadline=None)
def test_no_message_crashes_the_reader(data: bytes) -> None:
    """Any bytes that are a TensorProto give a tensor or one of our errors."""
    proto = TensorProto()
    try:
        proto.ParseFromString(b"\x08\x01" + data)
    except Exception:  # noqa: BLE001 - not a message, which is another test's business
        return
    with contextlib.suppress(InvalidArgumentError, UnimplementedError):
        read_tensor("x", proto, LIMIT)
