"""Calls of BigQuery ML's preprocessing functions, ML.<function>(...) [OVER ()], inside SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bqml_export.embedded.sql.encoders import ENCODERS
from bqml_export.embedded.sql.scalar_macros import SCALAR_MACROS
from bqml_export.embedded.sql.scalers import SCALERS
from bqml_export.embedded.sql.tokens import Token, closing, split, tokenize, words
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SUPPORTED = tuple(sorted({*SCALAR_MACROS, *SCALERS, *ENCODERS}))


@dataclass(frozen=True, slots=True)
class PreprocessingCall:
    """One call; `arguments` are SQL in which inner calls have been replaced already."""

    name: str
    arguments: tuple[str, ...]
    analytic: bool


def calls_preprocessing(tokens: Sequence[Token]) -> bool:
    """Returns whether any call is among the tokens."""
    return any(_is_call(tokens, index) for index in range(len(tokens)))


def rewrite(sql: str, replace: Callable[[PreprocessingCall], str]) -> str:
    """Returns `sql` with every call replaced, the innermost first.

    Raises:
        InvalidQueryError: A call has arguments or an OVER clause that BigQuery ML refuses.
        NotSupportedError: The embedded engine does not have the function.
    """
    tokens = tokenize(sql)
    pieces, position, index = [], 0, 0
    while index < len(tokens):
        if not _is_call(tokens, index):
            index += 1
            continue
        end = closing(tokens, index + 3)
        arguments = [
            rewrite(sql[run[0].start : run[-1].end], replace)
            for run in split(tokens[index + 4 : end], ",")
        ]
        name, last = tokens[index + 2].word, _over(tokens, end)
        call = PreprocessingCall(name, tuple(arguments), analytic=last > end)
        pieces += [sql[position : tokens[index].start], replace(_checked(call))]
        position = tokens[last].end
        index = last + 1
    return "".join([*pieces, sql[position:]])


def expand(sql: str) -> str:
    """Returns a query with all calls written in plain SQL; analytic ones look at the query's rows.

    Raises:
        QueryError: As for `rewrite`, or a function needs a TRANSFORM clause.
    """
    if not calls_preprocessing(tokenize(sql)):
        return sql
    return rewrite(sql, _plain)


def _plain(call: PreprocessingCall) -> str:
    if call.name in SCALAR_MACROS:
        return SCALAR_MACROS[call.name](call.arguments)
    if call.name in SCALERS:
        scaler = SCALERS[call.name](call.arguments)
        return scaler.formula(scaler.window())
    raise NotSupportedError(
        f"ML.{call.name} outside a TRANSFORM clause is not supported by the embedded BigQuery ML"
    )


def _is_call(tokens: Sequence[Token], index: int) -> bool:
    five = words(tokens, index, 5)
    return len(five) == 5 and five[:2] == ("ML", ".") and five[3] == "(" and five[4] != "MODEL"


def _over(tokens: Sequence[Token], end: int) -> int:
    if words(tokens, end + 1, 3) == ("OVER", "(", ")"):
        return end + 3
    if words(tokens, end + 1, 1) == ("OVER",):
        raise InvalidQueryError("ML functions take an empty OVER() clause only")
    return end


def _checked(call: PreprocessingCall) -> PreprocessingCall:
    if call.name not in SUPPORTED:
        raise NotSupportedError(
            f"ML.{call.name} is not supported by the embedded BigQuery ML; "
            f"supported are {', '.join(f'ML.{name}' for name in SUPPORTED)}"
        )
    if call.analytic == (call.name in SCALAR_MACROS):
        wanted = "no OVER clause" if call.analytic else "an OVER() clause"
        raise InvalidQueryError(f"ML.{call.name} takes {wanted}")
    return call
