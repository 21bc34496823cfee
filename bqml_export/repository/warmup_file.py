"""The requests that a server replays before it serves a version.

TensorFlow Serving and serve_app read `assets.extra/tf_serving_warmup_requests`: a TFRecord file of
PredictionLog messages (tensorflow_serving/apis/prediction_log.proto, predict.proto, model.proto;
tensorflow/core/framework/tensor.proto). A request that fails keeps the version from being served,
so only rows that fit the signature exactly may be written.
"""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Any, cast

from bqml_export.repository import protobuf_writer as write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from bqml_export.repository.saved_model_pb import Signature
    from foundation.json_types import JsonObject

WARMUP_NAME = "assets.extra/tf_serving_warmup_requests"
MAX_RECORDS = 1000
"""TensorFlow Serving refuses a version with more."""

_DATA_TYPES = {"float32": 1, "float64": 2, "int32": 3, "string": 7, "int64": 9, "bool": 10}
_FIELDS: dict[str, Callable[[list[Any]], bytes]] = {
    "float32": lambda values: write.packed_floats(5, values, "f"),
    "float64": lambda values: write.packed_floats(6, values, "d"),
    "int32": lambda values: write.packed_integers(7, values),
    "string": lambda values: b"".join(write.chunk(8, _bytes(value)) for value in values),
    "int64": lambda values: write.packed_integers(10, values),
    "bool": lambda values: write.packed_integers(11, values),
}


def write_warmup_file(
    folder: Path, name: str, signature: Signature, instances: Sequence[JsonObject]
) -> None:
    """Writes one predict request per instance into a version folder that is not published yet.

    Args:
        folder: The version folder.
        name: The name of the signature.
        signature: What the requests are for.
        instances: At most `MAX_RECORDS`, each as `to_instance` made it for this signature.
    """
    assert len(instances) <= MAX_RECORDS
    path = folder / WARMUP_NAME
    path.parent.mkdir(exist_ok=True)
    logs = (_prediction_log(name, signature, instance) for instance in instances)
    path.write_bytes(b"".join(_framed(log) for log in logs))


def _prediction_log(name: str, signature: Signature, instance: JsonObject) -> bytes:
    tensors = [
        write.map_entry(2, alias, _tensor(instance[alias], kind.partition("[")[0]))
        for alias, kind in signature.inputs.items()
    ]
    request = write.chunk(1, write.text(3, name)) + b"".join(tensors)
    return write.chunk(6, write.chunk(1, request))


def _tensor(value: object, dtype: str) -> bytes:
    """Returns the TensorProto of a batch of one row."""
    items = value if isinstance(value, list) else [value]
    sizes = [1, len(items)] if isinstance(value, list) else [1]
    shape = b"".join(write.chunk(2, write.number(1, size)) for size in sizes)
    return write.number(1, _DATA_TYPES[dtype]) + write.chunk(2, shape) + _FIELDS[dtype](items)


def _bytes(value: object) -> bytes:
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    return cast(str, value).encode("utf-8")


def fits(signature: Signature, instance: JsonObject) -> bool:
    """Tells whether the tensors of `signature` can hold the instance."""
    for alias, kind in signature.inputs.items():
        dtype = kind.partition("[")[0]
        if dtype not in _FIELDS:
            return False
        try:
            _tensor(instance[alias], dtype)
        except OverflowError:  # larger than a float
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
