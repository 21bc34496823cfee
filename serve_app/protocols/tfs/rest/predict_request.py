"""Reads the body of a predict request: `{"signature_name"?, "instances" | "inputs"}`.

The order of checks is TensorFlow Serving's: first the envelope (before any model is looked up),
then, with the signature known, the tensors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from serve_app.errors import InvalidArgumentError
from serve_app.kinds.signature import TensorSpec
from serve_app.protocols.tfs.json.debug_text import debug_text
from serve_app.protocols.tfs.rest.columns import columns_to_tensors
from serve_app.protocols.tfs.rest.envelope import read_envelope
from serve_app.protocols.tfs.rest.rows import rows_to_tensors

Layout = Literal["rows", "columns"]


@dataclass(frozen=True, slots=True)
class PredictBody:
    """A parsed body whose tensors are not yet checked.

    Attributes:
        signature_name: As sent; empty where absent.
    """

    document: dict[str, object]
    signature_name: str

    @property
    def layout(self) -> Layout:
        """Whether it has rows or columns, which its answer has too."""
        return "columns" if "inputs" in self.document else "rows"

    def tensors(self, inputs: Mapping[str, TensorSpec]) -> dict[str, np.ndarray]:
        """Returns one tensor per input alias.

        Raises:
            InvalidArgumentError: The body does not fit the signature's inputs.
            UnimplementedError: An input's element type has no JSON form.
        """
        has_rows, has_columns = "instances" in self.document, "inputs" in self.document
        if has_rows and has_columns:
            # The space at the end is TensorFlow Serving's.
            self._fail(
                "Not formatted correctly expecting only one of 'inputs' or 'instances' "
                "keys to exist "
            )
        if has_columns:
            return columns_to_tensors(self.document["inputs"], inputs)
        if not has_rows:
            self._fail("Missing 'inputs' or 'instances' key")
        rows = self.document["instances"]
        if not isinstance(rows, list):
            self._fail("Expecting 'instances' to be an list/array")
        elif not rows:
            self._fail("No values in 'instances' array")
        return rows_to_tensors(rows, inputs)  # type: ignore[arg-type]

    def _fail(self, complaint: str) -> None:
        raise InvalidArgumentError(f"JSON Value: {debug_text(self.document)} {complaint}")


def read_predict_body(body: bytes) -> PredictBody:
    """Returns the envelope of a predict request; raises as `read_envelope`."""
    return PredictBody(*read_envelope(body))
