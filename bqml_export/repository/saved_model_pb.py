"""What saved_model.pb says about itself, read without TensorFlow.

Field numbers: tensorflow/core/protobuf/{saved_model,meta_graph}.proto.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bqml_export.repository import protobuf_wire as wire

_DTYPES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    9: "int64",
    10: "bool",
    14: "bfloat16",
    17: "uint16",
    19: "float16",
    22: "uint32",
    23: "uint64",
}

TensorMap: TypeAlias = dict[str, str]
"""Tensor name to `dtype[shape]`, for example {"f1": "float64[-1]"}."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One SignatureDef: its method and its named tensors."""

    method_name: str
    inputs: TensorMap
    outputs: TensorMap


@dataclass(frozen=True, slots=True)
class SavedModelSummary:
    """The facts of the first MetaGraph that carries the tag `serve`."""

    tensorflow_version: str | None
    signatures: dict[str, Signature]
    asset_files: tuple[str, ...]
    has_variables: bool


def summarize(content: bytes) -> SavedModelSummary:
    """Returns the summary of the bytes of a saved_model.pb.

    Raises:
        WireFormatError: It is no SavedModel, is cut off, or has nothing tagged `serve`.
    """
    for meta_graph in wire.messages(memoryview(content), 2):
        info = next(wire.messages(meta_graph, 1), memoryview(b""))
        tags = [bytes(tag).decode("utf-8", "replace") for tag in wire.messages(info, 4)]
        if "serve" in tags:
            return SavedModelSummary(
                tensorflow_version=wire.text(info, 5),
                signatures=_signatures(meta_graph),
                asset_files=_asset_files(meta_graph),
                # The builder writes a SaverDef if and only if there are variables to restore.
                has_variables=any(len(saver) for saver in wire.messages(meta_graph, 3)),
            )
    raise wire.WireFormatError("it holds no graph with the tag 'serve'")


def _signatures(meta_graph: memoryview) -> dict[str, Signature]:
    return {
        name: Signature(
            wire.text(signature, 3) or "",
            {key: _tensor(info) for key, info in sorted(wire.map_entries(signature, 1))},
            {key: _tensor(info) for key, info in sorted(wire.map_entries(signature, 2))},
        )
        for name, signature in wire.map_entries(meta_graph, 5)
        # The initializer of TF2 exports is stored among the signatures but cannot be called.
        if not name.startswith("__saved_model_")
    }


def _tensor(info: memoryview) -> str:
    dtype, shape = "unknown", "[?]"
    for number, value in wire.fields(info):
        if number == 2 and isinstance(value, int):
            dtype = _DTYPES.get(value, f"dtype {value}")
        elif number == 3 and isinstance(value, memoryview):
            shape = _shape(value)
    return dtype + shape


def _shape(message: memoryview) -> str:
    sizes = []
    for number, value in wire.fields(message):
        if number == 3 and value:
            return "[?]"
        if number == 2 and isinstance(value, memoryview):
            size = next((v for n, v in wire.fields(value) if n == 1 and isinstance(v, int)), 0)
            sizes.append(size - (1 << 64) if size >= 1 << 63 else size)
    return "[" + ",".join(map(str, sizes)) + "]"


def _asset_files(meta_graph: memoryview) -> tuple[str, ...]:
    """Returns asset names from asset_file_def and from the TF1 collection of the same meaning."""
    definitions = list(wire.messages(meta_graph, 6))
    for name, collection in wire.map_entries(meta_graph, 4):
        if name == "saved_model_assets":
            for any_list in wire.messages(collection, 5):
                packed = [wire.messages(item, 2) for item in wire.messages(any_list, 1)]
                definitions += [definition for values in packed for definition in values]
    names = {wire.text(definition, 2) for definition in definitions}
    return tuple(sorted(name for name in names if name))
