"""Entries of the design matrix that are not dense: at most one column per row is not zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bqml_export.embedded.ml.data.columns import Floats

Codes: TypeAlias = npt.NDArray[np.int32]

NULL_CATEGORY = "_null_filler"
UNSEEN = -1


@dataclass(frozen=True, slots=True)
class Entries:
    """The column of each row that is not zero, int32 [n], and its value; 1 without `values`."""

    codes: Codes
    values: Floats | None = None

    def scale(self, rows: Floats) -> Floats:
        """Returns `rows` [n] or [n, k] times the values."""
        if self.values is None:
            return rows
        result: Floats = rows * (self.values if rows.ndim == 1 else self.values[:, None])
        return result

    def square(self) -> Floats | None:
        return None if self.values is None else self.values**2
