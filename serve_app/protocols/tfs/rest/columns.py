"""The column format: `inputs` holds whole tensors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.signature import TensorSpec
from serve_app.protocols.tfs.json.base64_json import is_base64_object
from serve_app.protocols.tfs.json.json_tensor import tensor


def columns_to_tensors(value: object, inputs: Mapping[str, TensorSpec]) -> dict[str, np.ndarray]:
    """Returns one tensor per input alias; extra keys of `value` are ignored.

    Raises:
        InvalidArgumentError: An input is missing, or a value does not fit its type.
        UnimplementedError: An input's element type has no JSON form.
    """
    if isinstance(value, dict) and not is_base64_object(value):
        for alias in inputs:
            if alias not in value:
                raise InvalidArgumentError(f"Missing named input: {alias} in 'inputs' object.")
        return {alias: tensor(value[alias], spec.dtype, alias) for alias, spec in inputs.items()}
    if len(inputs) > 1:
        raise InvalidArgumentError(
            "inputs is a plain value/list, but expecting an object as multiple input tensors "
            "required as per tensorinfo_map"
        )
    ((alias, spec),) = inputs.items()
    return {alias: tensor(value, spec.dtype, alias)}
