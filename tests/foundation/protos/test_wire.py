"""Our messages are TensorFlow Serving's on the wire: same names, numbers and types."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import foundation.protos

# The stock modules declare the same names: they need a process of their own.
SCRIPT = """
import json, sys
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from tensorflow_serving.apis import model_service_pb2, prediction_log_pb2, prediction_service_pb2
from google.protobuf import descriptor_pool
files = {}
def collect(file):
    if file.name.startswith("tensorflow_serving/") and file.name not in files:
        files[file.name] = file.serialized_pb.hex()
        for dependency in file.dependencies:
            collect(dependency)
for module in (model_service_pb2, prediction_log_pb2, prediction_service_pb2):
    collect(module.DESCRIPTOR)
json.dump(files, sys.stdout)
"""


def facts(scope: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Yields what is on the wire of a file or message, by full name."""
    for message in [*getattr(scope, "message_type", ()), *getattr(scope, "nested_type", ())]:
        yield from _message_facts(message, f"{prefix}.{message.name}")
    for enum in scope.enum_type:
        yield f"{prefix}.{enum.name}", [(value.name, value.number) for value in enum.value]
    for service in getattr(scope, "service", ()):
        for method in service.method:
            types = (method.input_type, method.output_type)
            yield f"{prefix}.{service.name}.{method.name}", types


def _message_facts(message: Any, name: str) -> Iterator[tuple[str, Any]]:
    yield name, message.options.map_entry
    for field in message.field:
        oneof = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else ""
        yield (
            f"{name}.{field.name}",
            (field.number, field.type, field.label, field.type_name, oneof),
        )
    yield from facts(message, name)


def our_facts() -> Mapping[str, Any]:
    """Returns the facts of all our files."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    found: dict[str, Any] = {}
    for path in Path(foundation.protos.__path__[0]).glob("*_pb2.py"):
        file = FileDescriptorProto()
        import_module(f"foundation.protos.{path.stem}").DESCRIPTOR.CopyToProto(file)
        if file.package == "tensorflow.serving":
            found.update(facts(file, file.package))
    return found


def stock_facts() -> Mapping[str, Any]:
    """Returns the facts of the stock files; skips where there are none."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    folder = os.environ.get("TF_SERVING_API_DIR", "")
    if not folder and find_spec("tensorflow_serving") is None:
        pytest.skip("no stock stubs: install tensorflow-serving-api or set TF_SERVING_API_DIR")
    env = {**os.environ, "PYTHONPATH": folder, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, check=True)
    found: dict[str, Any] = {}
    for data in json.loads(done.stdout).values():
        file = FileDescriptorProto.FromString(bytes.fromhex(data))
        found.update(facts(file, file.package))
    return found


def test_names_numbers_and_types_are_the_stock_ones() -> None:
    """Each of ours is in the stock files, the same; and the stock files have nothing more."""
    stock = dict(stock_facts())
    session_service = "tensorflow.serving.SessionService.SessionRun"
    assert stock.pop(session_service), "TensorFlow Serving does not serve it either"
    assert our_facts() == stock


def test_the_services_are_those_that_the_server_registers() -> None:
    """The server's own table, which must not load the messages, names the same methods."""
    from foundation.protos import model_service_pb2, prediction_service_pb2
    from serve_app.protocols.tfs.grpc.services import HEALTH_SERVICE
    from serve_app.protocols.tfs.grpc.services import TFS_SERVICES as SERVICES

    declared = {
        service.full_name: tuple(method.name for method in service.methods)
        for module in (model_service_pb2, prediction_service_pb2)
        for service in module.DESCRIPTOR.services_by_name.values()
    }
    assert {name: SERVICES[name] for name in SERVICES if name != HEALTH_SERVICE} == declared
