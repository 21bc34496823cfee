"""The TRANSFORM clause of a model, its statistics frozen: plain data, applied by SQL elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bqml_export.embedded.ml.data.table import Field


@dataclass(frozen=True, slots=True)
class TransformColumn:
    """One column of the select list: `sql` as the user wrote it, `frozen` with statistics."""

    field: Field
    sql: str
    frozen: str


@dataclass(frozen=True, slots=True)
class Transform:
    """A TRANSFORM clause; `inputs` are the columns of the training query that it reads."""

    inputs: tuple[Field, ...]
    columns: tuple[TransformColumn, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Transform:
        columns = [
            TransformColumn(Field.from_json(c["field"]), c["sql"], c["frozen"])
            for c in data["columns"]
        ]
        return cls(tuple(Field.from_json(f) for f in data["inputs"]), tuple(columns))
