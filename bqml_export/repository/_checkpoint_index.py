"""How many bytes the variable files of a SavedModel must have, by their own index.

`variables.index` is a LevelDB table of BundleEntryProto (tensorflow/core/util/tensor_bundle).
Reading it tells a half-copied variables folder from a whole one without loading the model.
"""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import DecodeError

from bqml_export.repository import _snappy as snappy
from bqml_export.repository._snappy import read_varint
from foundation.protos.saved_model_pb2 import BundleEntry, BundleHeader

_MAGIC = 0xDB4775248B80FB57
_FOOTER_BYTES = 48
_MAX_SHARDS = 100_000  # the file names have five digits
_UNCOMPRESSED, _SNAPPY = 0, 1


def shard_sizes(content: bytes) -> list[int]:
    """Returns, for each data shard, the least number of bytes that it must have."""
    data = memoryview(content)
    footer = data[-_FOOTER_BYTES:]
    if len(footer) < _FOOTER_BYTES or int.from_bytes(footer[-8:], "little") != _MAGIC:
        raise DecodeError("the table has no footer: it is cut off or no checkpoint index")
    _, position = _handle(footer, 0)
    index_handle, _ = _handle(footer, position)
    sizes: list[int] = []
    for _, handle in _entries(_block(data, index_handle)):
        for key, value in _entries(_block(data, _handle(handle, 0)[0])):
            _add(sizes, bytes(value), is_header=not key)
    return sizes


def _add(sizes: list[int], value: bytes, *, is_header: bool) -> None:
    if is_header:
        shards = BundleHeader.FromString(value).num_shards or 1
        if shards > _MAX_SHARDS:
            raise DecodeError(f"it announces {shards} data shards")
        sizes.extend([0] * shards)
        return
    entry = BundleEntry.FromString(value)
    if not 0 <= entry.shard_id < len(sizes):
        raise DecodeError(f"a tensor is in shard {entry.shard_id} of {len(sizes)}")
    sizes[entry.shard_id] = max(sizes[entry.shard_id], entry.offset + entry.size)


def _handle(data: memoryview, position: int) -> tuple[tuple[int, int], int]:
    offset, position = read_varint(data, position)
    size, position = read_varint(data, position)
    return (offset, size), position


def _block(data: memoryview, handle: tuple[int, int]) -> memoryview:
    offset, size = handle
    if offset + size + 1 > len(data):
        raise DecodeError("a block lies behind the end of the file")
    compression, block = data[offset + size], data[offset : offset + size]
    if compression not in (_UNCOMPRESSED, _SNAPPY):
        raise DecodeError(f"a block has the unknown compression {compression}")
    return memoryview(snappy.decompress(block)) if compression == _SNAPPY else block


def _entries(block: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    position, key = 0, b""
    while position < end:
        shared, position = read_varint(block, position)
        unshared, position = read_varint(block, position)
        length, position = read_varint(block, position)
        key = key[:shared] + bytes(block[position : position + unshared])
        position += unshared
        yield key, block[position : position + length]
        position += length
