"""What saved_model.pb says about itself, read without TensorFlow.

Importing that to read one version string costs three seconds and a gigabyte of wheels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from google.protobuf.message import DecodeError

from foundation.protos.saved_model_pb2 import AssetFile, MetaGraph, SavedModel, TensorInfo

# By the numbers of tensorflow.DataType.
_DTYPES = {
    0: "unknown",
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
    """DecodeError: it is no SavedModel, is cut off, or has nothing tagged `serve`."""
    try:
        model = SavedModel.FromString(content)
        for meta_graph in model.meta_graphs:
            if "serve" in meta_graph.meta_info_def.tags:
                return SavedModelSummary(
                    tensorflow_version=meta_graph.meta_info_def.tensorflow_version or None,
                    signatures=_signatures(meta_graph),
                    asset_files=_asset_files(meta_graph),
                    # The builder writes a SaverDef if and only if there are variables to restore.
                    has_variables=meta_graph.saver_def.ByteSize() > 0,
                )
    except DecodeError as exc:
        raise DecodeError("it is cut off, or no SavedModel") from exc
    raise DecodeError("it holds no graph with the tag 'serve'")


def _signatures(meta_graph: MetaGraph) -> dict[str, Signature]:
    return {
        name: Signature(
            definition.method_name, _tensors(definition.inputs), _tensors(definition.outputs)
        )
        for name, definition in sorted(meta_graph.signature_def.items())
        # The initializer of TF2 exports is stored among the signatures but cannot be called.
        if not name.startswith("__saved_model_")
    }


def _tensors(infos: Mapping[str, TensorInfo]) -> TensorMap:
    return {
        name: _DTYPES.get(info.dtype, f"dtype {info.dtype}") + _shape(info)
        for name, info in sorted(infos.items())
    }


def _shape(info: TensorInfo) -> str:
    if not info.HasField("tensor_shape") or info.tensor_shape.unknown_rank:
        return "[?]"
    return f"[{','.join(str(dim.size) for dim in info.tensor_shape.dim)}]"


def _asset_files(meta_graph: MetaGraph) -> tuple[str, ...]:
    """Returns asset names from asset_file_def and from the TF1 collection of the same meaning."""
    collection = meta_graph.collection_def.get("saved_model_assets")
    packed = collection.any_list.value if collection else ()
    definitions = [*meta_graph.asset_file_def, *(AssetFile.FromString(p.value) for p in packed)]
    return tuple(sorted({one.filename for one in definitions if one.filename}))
