"""Uses of `INFORMATION_SCHEMA.MODELS` in a query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bqml_export.embedded.sql.tokens import Token, tokenize, words
from bqml_export.errors import InvalidQueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATH_BEFORE = re.compile(r"[-\w.`]*$")
_VIEW = "INFORMATION_SCHEMA.MODELS"


@dataclass(frozen=True, slots=True)
class CatalogUse:
    """One use; `sql[start:end]` is its text and `project` is empty when it is not written."""

    project: str
    dataset: str
    start: int
    end: int


def find_model_catalogs(sql: str) -> tuple[CatalogUse, ...]:
    """Returns the uses of INFORMATION_SCHEMA.MODELS in order.

    Raises:
        InvalidQueryError: One is not qualified with a dataset.
    """
    if "INFORMATION_SCHEMA" not in sql.upper():
        return ()
    tokens = tokenize(sql)
    ends = [index for index in range(len(tokens)) if _ends_view(sql, tokens, index)]
    return tuple(_use(sql, tokens, index) for index in ends)


def _ends_view(sql: str, tokens: Sequence[Token], index: int) -> bool:
    if tokens[index].literal:
        return False
    text = sql[tokens[index].start : tokens[index].end].strip("`").upper()
    if text == _VIEW or text.endswith(f".{_VIEW}"):
        return True
    if text != "MODELS" or words(tokens, index - 1, 1) != (".",) or index < 2:
        return False
    return sql[tokens[index - 2].start : tokens[index - 2].end].upper().strip("`").endswith(
        "INFORMATION_SCHEMA"
    )  # fmt: skip


def _use(sql: str, tokens: Sequence[Token], last: int) -> CatalogUse:
    # A project may have dashes and digits, which the tokenizer takes for arithmetic.
    path = _PATH_BEFORE.search(sql, 0, tokens[last].start)
    start, end = path.start() if path else tokens[last].start, tokens[last].end
    parts = sql[start:end].replace("`", "").split(".")[:-2]
    if not 1 <= len(parts) <= 2:
        raise InvalidQueryError(f"{_VIEW} must be qualified with a dataset (dataset.{_VIEW})")
    return CatalogUse(parts[0] if len(parts) == 2 else "", parts[-1], start, end)
