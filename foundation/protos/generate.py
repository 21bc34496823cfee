"""Writes the Python modules of the `.proto` files: `python -m foundation.protos.generate`.

Needs grpcio-tools. The TensorFlow wheel ships no `.proto` files, so the compiler reads TensorFlow's
messages from the descriptors of the installed wheel.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from tensorflow.core.example import example_pb2
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf import config_pb2, error_codes_pb2, meta_graph_pb2, named_tensor_pb2

_FOLDER = Path(__file__).parent
_ROOT = _FOLDER.parent.parent
_IMPORTED = (
    example_pb2, tensor_pb2, config_pb2, error_codes_pb2, meta_graph_pb2, named_tensor_pb2,
)  # fmt: skip


def generate(out: Path) -> None:
    """Writes to `<out>/foundation/protos`; the compiler's complaint is on stderr."""
    out.mkdir(parents=True, exist_ok=True)
    names = sorted(path.relative_to(_ROOT).as_posix() for path in _FOLDER.glob("*.proto"))
    with tempfile.NamedTemporaryFile(suffix=".pb") as descriptors:
        descriptors.write(_tensorflow_descriptors())
        descriptors.flush()
        arguments = [
            f"--proto_path={_ROOT}",
            f"--descriptor_set_in={descriptors.name}",
            f"--python_out={out}",
            f"--pyi_out={out}",
            *names,
        ]
        # In a process of its own: the compiler crashes beside TensorFlow's libraries.
        command = [sys.executable, "-m", "grpc_tools.protoc", *arguments]
        subprocess.run(command, check=True)  # noqa: S603 - our own arguments


def _tensorflow_descriptors() -> bytes:
    found: dict[str, FileDescriptor] = {}
    for module in _IMPORTED:
        _collect(module.DESCRIPTOR, found)
    result = FileDescriptorSet()
    for descriptor in found.values():
        descriptor.CopyToProto(result.file.add())
    return result.SerializeToString()


def _collect(descriptor: FileDescriptor, found: dict[str, FileDescriptor]) -> None:
    if descriptor.name not in found:
        for dependency in descriptor.dependencies:
            _collect(dependency, found)
        found[descriptor.name] = descriptor


if __name__ == "__main__":
    generate(_ROOT)
    sys.stdout.write(f"wrote {_FOLDER}\n")
