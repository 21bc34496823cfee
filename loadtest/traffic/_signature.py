from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from foundation.json_types import JsonObject
from foundation.repository.layout import DEFAULT_SIGNATURE
from loadtest.errors import TargetError

Kind = Literal["float", "int", "bool", "string", "other"]
_FLOATS = frozenset({"DT_FLOAT", "DT_DOUBLE", "DT_HALF", "DT_BFLOAT16"})


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """`dtype` as TensorFlow names it: `DT_FLOAT`.

    `row_shape` has -1 for an unknown dimension; it is None where the rank is unknown.
    """

    dtype: str
    row_shape: tuple[int, ...] | None

    @property
    def kind(self) -> Kind:
        if self.dtype in _FLOATS:
            return "float"
        if self.dtype.startswith(("DT_INT", "DT_UINT")):
            return "int"
        return {"DT_BOOL": "bool", "DT_STRING": "string"}.get(self.dtype, "other")  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec]

    def label_outputs(self) -> dict[str, str]:
        """Output -> the output that lists its classes: `predicted_<label>`, `<label>_values`."""
        pairs = {f"predicted_{name.removesuffix('_values')}": name
                 for name in self.outputs if name.endswith("_values")}  # fmt: skip
        return {name: values for name, values in pairs.items() if name in self.outputs}


def read_signature(metadata: JsonObject, asked: str) -> Signature:
    """From `GET /v1/models/<model>/metadata`; an empty name takes the default, or the only one."""
    try:
        found: dict[str, JsonObject] = metadata["metadata"]["signature_def"]["signature_def"]
        callable_ = {name: each for name, each in found.items() if each.get("inputs")}
        name = asked or (DEFAULT_SIGNATURE if len(callable_) != 1 else next(iter(callable_)))
        if name not in callable_:
            have = ", ".join(sorted(callable_)) or "none"
            raise TargetError(f"target.signature: the model has no {name}; it has {have}")
        inputs, outputs = callable_[name]["inputs"], callable_[name]["outputs"]
        return Signature(name, _specs(inputs), _specs(outputs))
    except (KeyError, TypeError, AttributeError, ValueError) as exc:
        raise TargetError(
            f"the model's metadata has no signatures in the usual form: {exc}"
        ) from exc


def _specs(tensors: Mapping[str, JsonObject]) -> dict[str, TensorSpec]:
    return {name: TensorSpec(info["dtype"], _row_shape(info)) for name, info in tensors.items()}


def _row_shape(info: JsonObject) -> tuple[int, ...] | None:
    shape = info["tensor_shape"]
    if shape.get("unknown_rank"):
        return None
    return tuple(int(dim["size"]) for dim in shape["dim"])[1:]
