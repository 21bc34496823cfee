"""The last touch on a SavedModel: no trace of the machine that built it, and its fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, TypeAlias

from bqml_export.embedded.ml.saved_model._tensorflow_runtime import (
    fingerprinting_utils,
    saved_model_pb2,
)

SavedModelProto: TypeAlias = Any  # the message class has no type information

_NOWHERE = "//"


def seal(path: Path, scratch: Path) -> None:
    """Rewrites `saved_model.pb` without the folder `scratch` and adds `fingerprint.pb`.

    TensorFlow puts the folder of vocabulary files in the graph and in the names by which tables
    are shared within a process. We put a digest of the export there: equal exports are equal in
    every byte, and tables of different exports cannot be taken for one another.
    """
    file = path / "saved_model.pb"
    proto = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    _replace(proto, f"{scratch}/", _NOWHERE)
    _replace(proto, _NOWHERE, f"/bqml/{_digest(path, proto)}/assets/")
    file.write_bytes(proto.SerializeToString(deterministic=True))
    fingerprinting_utils.write_fingerprint(str(path))


def _digest(path: Path, proto: SavedModelProto) -> str:
    digest = hashlib.sha256(proto.SerializeToString(deterministic=True))
    for file in sorted((path / "assets").glob("*")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _replace(proto: SavedModelProto, old: str, new: str) -> None:
    for node in proto.meta_graphs[0].graph_def.node:
        if node.op == "HashTableV2":
            name = node.attr["shared_name"].s.decode()
            node.attr["shared_name"].s = name.replace(old, new, 1).encode()
        elif node.op == "Const" and node.name.endswith("/asset_path"):
            strings = node.attr["value"].tensor.string_val
            strings[0] = strings[0].decode().replace(old, new, 1).encode()
