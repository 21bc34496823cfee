"""The requests that a server replays before it serves a version.

TensorFlow Serving and serve_app read a TFRecord file of PredictionLog messages. A request that
fails keeps the version from being served, so only rows that fit the signature exactly may be
written.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from bqml_export.repository.saved_model_pb import Signature
from foundation.json_types import JsonObject
from foundation.protos.client_predict_pb2 import PredictionLog, Tensor
from foundation.repository.layout import WARMUP_NAME

MAX_RECORDS = 1000
"""TensorFlow Serving refuses a version with more."""

_FIELDS = {
    "float32": (1, "float_val"),
    "float64": (2, "double_val"),
    "int32": (3, "int_val"),
    "string": (7, "string_val"),
    "int64": (9, "int64_val"),
    "bool": (10, "bool_val"),
}
"""dtype -> its number in tensorflow.DataType, and the field of TensorProto."""


def write_warmup_file(
    folder: Path, name: str, signature: Signature, instances: Sequence[JsonObject]
) -> None:
    """Writes one predict request per instance into a version folder that is not published yet.

    The instances, at most `MAX_RECORDS`, are as `to_instance` made them for this signature.
    """
    assert len(instances) <= MAX_RECORDS
    path = folder / WARMUP_NAME
    path.parent.mkdir(exist_ok=True)
    logs = (_prediction_log(name, signature, instance) for instance in instances)
    path.write_bytes(b"".join(_framed(log) for log in logs))


def _prediction_log(name: str, signature: Signature, instance: JsonObject) -> bytes:
    log = PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = name
    for alias, kind in signature.inputs.items():
        request.inputs[alias].CopyFrom(_tensor(instance[alias], kind.partition("[")[0]))
    return log.SerializeToString(deterministic=True)


def _tensor(value: object, dtype: str) -> Tensor:
    """Returns a batch of one row; OverflowError, ValueError: the dtype cannot hold a value."""
    items = value if isinstance(value, list) else [value]
    number, field = _FIELDS[dtype]
    if dtype == "float32":
        struct.pack(f"<{len(items)}f", *items)  # protobuf makes infinity of what is too large
    if dtype == "string":
        items = [_bytes(item) for item in items]
    tensor = Tensor(dtype=number)
    getattr(tensor, field).extend(items)
    for size in [1, len(items)] if isinstance(value, list) else [1]:
        tensor.tensor_shape.dim.add(size=size)
    return tensor


def _bytes(value: object) -> bytes:
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    return cast(str, value).encode("utf-8")


def fits(signature: Signature, instance: JsonObject) -> bool:
    for alias, kind in signature.inputs.items():
        dtype = kind.partition("[")[0]
        if dtype not in _FIELDS:
            return False
        try:
            _tensor(instance[alias], dtype)
        except (OverflowError, ValueError):
            return False
    return True


def _framed(record: bytes) -> bytes:
    length = struct.pack("<Q", len(record))
    return length + _checksum(length) + record + _checksum(record)


def _checksum(data: bytes) -> bytes:
    import google_crc32c  # with the Google clients, without which there are no rows either

    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def usable(signature: Signature, instances: Iterable[JsonObject | None]) -> list[JsonObject]:
    """Returns the instances that can be written, in order, `MAX_RECORDS` at most."""
    found = [one for one in instances if one is not None and fits(signature, one)]
    return found[:MAX_RECORDS]
