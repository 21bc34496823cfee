"""Uses of `INFORMATION_SCHEMA.MODELS` in a query."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bqml_export.errors import InvalidQueryError
from bqml_export.sql.paths import path_text
from bqml_export.sql.tokens import Sql

_VIEW = "INFORMATION_SCHEMA.MODELS"
_PART = re.compile(r"[-\w.`]+")


@dataclass(frozen=True, slots=True)
class CatalogUse:
    """One use: the tokens from `start` to `end`; `project` is empty when it is not written."""

    project: str
    dataset: str
    start: int
    end: int


def find_model_catalogs(sql: Sql) -> tuple[CatalogUse, ...]:
    """Returns the uses of INFORMATION_SCHEMA.MODELS in order; each must name its dataset."""
    return tuple(_use(sql, index) for index in range(len(sql)) if _ends_view(sql, index))


def _ends_view(sql: Sql, index: int) -> bool:
    if sql[index].literal:
        return False
    name = sql[index].name.upper()
    if name == _VIEW or name.endswith(f".{_VIEW}"):
        return True
    if name != "MODELS" or index < 2 or sql[index - 1].word != ".":
        return False
    return sql[index - 2].name.upper().endswith("INFORMATION_SCHEMA")


def _use(sql: Sql, last: int) -> CatalogUse:
    # A project may have dashes and digits, which the tokenizer takes for arithmetic.
    start = last
    while start and not sql[start].space and _PART.fullmatch(sql[start - 1].text):
        start -= 1
    parts = path_text(sql[start : last + 1]).replace("`", "").split(".")[:-2]
    if not 1 <= len(parts) <= 2:
        raise InvalidQueryError(f"{_VIEW} must be qualified with a dataset (dataset.{_VIEW})")
    return CatalogUse(parts[0] if len(parts) == 2 else "", parts[-1], start, last + 1)
