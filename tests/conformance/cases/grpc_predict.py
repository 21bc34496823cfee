"""gRPC inference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.conformance.case import GrpcCase

_FLOATS = {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "2"}]}, "float_val": [1.5, 2.5]}
_EXAMPLE = {"features": {"feature": {"x": {"float_list": {"value": [0.25]}}}}}
_INPUT = {"example_list": {"examples": [_EXAMPLE]}}


def _spec(signature: str = "", **more: Any) -> dict[str, Any]:
    return {"name": "kit", "signature_name": signature, **more}


def _floats(tensor: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"model_spec": _spec("float32"), "inputs": {"x": tensor or _FLOATS}, **more}


def _holds(values: Sequence[float], alias: str = "y") -> Callable[[Any], str]:
    def check(response: Any) -> str:
        found = response.outputs[alias]
        if found.tensor_content:
            return "the answer has tensor_content, expected float_val"
        if list(found.float_val) != list(values):
            return f"float_val {list(found.float_val)}, expected {list(values)}"
        return ""

    return check


def _names(*aliases: str) -> Callable[[Any], str]:
    def check(response: Any) -> str:
        found = sorted(response.outputs)
        return "" if found == sorted(aliases) else f"outputs {found}, expected {sorted(aliases)}"

    return check


def _answers_version(response: Any) -> str:
    spec = response.model_spec
    found = (spec.name, spec.version.value, spec.signature_name)
    return "" if found == ("kit", 7, "float32") else f"model_spec {found}"


def _classes(response: Any) -> str:
    found = [(c.label, c.score) for one in response.result.classifications for c in one.classes]
    return "" if found == [("no", 0.75), ("yes", 0.25)] else f"classes {found}"


def _values(response: Any) -> str:
    found = [one.value for one in response.result.regressions]
    return "" if found == [0.75] else f"values {found}"


def _predict(name: str, request: dict[str, Any], check: Callable[[Any], str]) -> GrpcCase:
    return GrpcCase("grpc predict", name, "Predict", request, check=check)


def _fails(name: str, request: dict[str, Any], code: str, *words: str) -> GrpcCase:
    return GrpcCase("grpc predict", name, "Predict", request, code, words)


CASES = (
    _predict("typed fields in and out", _floats(), _holds([1.5, 2.5])),
    _predict(
        "tensor_content in",
        _floats(
            {
                "dtype": "DT_FLOAT",
                "tensor_shape": {"dim": [{"size": "1"}]},
                "tensor_content": "AADAPw==",
            }
        ),
        _holds([1.5]),
    ),
    _predict(
        "missing values repeat the last one",
        _floats(
            {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "4"}]}, "float_val": [1, 3]}
        ),
        _holds([1, 3, 3, 3]),
    ),
    _predict("model_spec names the version and signature", _floats(), _answers_version),
    _predict(
        "a version", {**_floats(), "model_spec": _spec("float32", version="7")}, _answers_version
    ),
    _predict(
        "all outputs", {"model_spec": _spec("scalar"), "inputs": {"x": _FLOATS}}, _names("n", "x")
    ),
    _predict(
        "an output_filter",
        {"model_spec": _spec("scalar"), "inputs": {"x": _FLOATS}, "output_filter": ["n"]},
        _names("n"),
    ),
    _predict(
        "half has no JSON form but a message",
        {"model_spec": _spec("half"), "inputs": {"x": _FLOATS}},
        _names("y"),
    ),
    _fails("no model_spec", {}, "INVALID_ARGUMENT", "Missing ModelSpec"),
    _fails(
        "an unknown model",
        {"model_spec": {"name": "gone"}},
        "NOT_FOUND",
        "Servable not found for request: Latest(gone)",
    ),
    _fails(
        "an unknown version",
        {"model_spec": _spec(version="99")},
        "NOT_FOUND",
        "Servable not found for request: Specific(kit, 99)",
    ),
    _fails(
        "an unknown label",
        {"model_spec": _spec(version_label="zz")},
        "INVALID_ARGUMENT",
        "Unrecognized servable version label: zz",
    ),
    _fails(
        "an unknown signature",
        {"model_spec": _spec("zz")},
        "FAILED_PRECONDITION",
        'Serving signature key "zz" not found.',
    ),
    _fails(
        "no inputs",
        {"model_spec": _spec("float32")},
        "INVALID_ARGUMENT",
        "input size does not match signature: 0!=1",
    ),
    _fails(
        "a wrong input",
        {"model_spec": _spec("float32"), "inputs": {"zz": _FLOATS}},
        "INVALID_ARGUMENT",
        "Signature input alias: x",
    ),
    _fails(
        "a wrong type",
        {"model_spec": _spec("float64"), "inputs": {"x": _FLOATS}},
        "INVALID_ARGUMENT",
        "double",
        "float",
    ),
    _fails(
        "content of a wrong size",
        _floats(
            {
                "dtype": "DT_FLOAT",
                "tensor_shape": {"dim": [{"size": "2"}]},
                "tensor_content": "AADAPw==",
            }
        ),
        "INVALID_ARGUMENT",
        "tensor parsing error: x",
    ),
    _fails(
        "an unknown output",
        _floats(output_filter=["zz"]),
        "INVALID_ARGUMENT",
        "output tensor alias not found in signature: zz",
    ),
    _fails(
        "an output twice",
        _floats(output_filter=["y", "y"]),
        "INVALID_ARGUMENT",
        "duplicate output tensor alias: y",
    ),
    GrpcCase(
        "grpc examples",
        "classify",
        "Classify",
        {"model_spec": _spec("classify"), "input": _INPUT},
        check=_classes,
    ),
    GrpcCase(
        "grpc examples",
        "regress",
        "Regress",
        {"model_spec": _spec("regress"), "input": _INPUT},
        check=_values,
    ),
    GrpcCase(
        "grpc examples",
        "no examples",
        "Classify",
        {"model_spec": _spec("classify")},
        "INVALID_ARGUMENT",
        ("Input is empty.",),
    ),
    GrpcCase(
        "grpc examples",
        "a predict signature",
        "Classify",
        {"model_spec": _spec(), "input": _INPUT},
        "INVALID_ARGUMENT",
        ("Expected one input Tensor.",),
    ),
    GrpcCase(
        "grpc examples",
        "multi-inference without tasks",
        "MultiInference",
        {"input": _INPUT},
        "INVALID_ARGUMENT",
        ("ModelSpec has no name specified.",),
    ),
    GrpcCase(
        "grpc examples",
        "multi-inference of another method",
        "MultiInference",
        {"input": _INPUT, "tasks": [{"model_spec": _spec("classify"), "method_name": "zz"}]},
        "UNIMPLEMENTED",
        ("Unsupported signature method_name: zz",),
    ),
)
