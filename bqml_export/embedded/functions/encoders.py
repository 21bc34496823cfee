"""The preprocessing functions with a vocabulary: ML.LABEL_ENCODER and its hot siblings.

The vocabulary is sorted; position 0 is NULL and everything outside of it.
"""

# ruff: noqa: S608 - the SQL is the user's own

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bqml_export.embedded.functions._literals import string_literal
from bqml_export.embedded.ml.data.table import Value
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.arguments import Arguments

_TOP_K = 32_000
_FREQUENCY = 5
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Encoder:
    """One call; `value` is a STRING expression, or the ARRAY<STRING> of ML.MULTI_HOT_ENCODER.

    The vocabulary holds at most `top_k` categories, each with at least `frequency_threshold` rows;
    `drop` says whether the most frequent one is encoded as 0.
    """

    name: str
    value: str
    top_k: int
    frequency_threshold: int
    drop: bool = False

    def freeze(self, values: Sequence[Value]) -> str:
        """Returns the call as plain SQL, with the vocabulary of the training rows."""
        counts = Counter(_texts(self.name, values))
        frequent = sorted(counts, key=lambda text: (-counts[text], text))[: self.top_k]
        kept = sorted(text for text in frequent if counts[text] >= self.frequency_threshold)
        if self.name == "LABEL_ENCODER":
            return _position(self.value, kept)
        if self.name == "ONE_HOT_ENCODER":
            dropped = frequent[:1] if self.drop else []
            return self._one_hot(kept, dropped)
        one = f"SELECT DISTINCT {_position('bqml_x', kept)} AS index FROM UNNEST({self.value})"
        return (
            "ARRAY(SELECT AS STRUCT index, CAST(1 AS FLOAT64) AS value "
            f"FROM ({one} AS bqml_x) ORDER BY index)"
        )

    def _one_hot(self, kept: Sequence[str], dropped: Sequence[str]) -> str:
        value = "1"
        for text in dropped:
            value = f"IF({self.value} = {string_literal(text)}, 0, 1)"
        return (
            f"[STRUCT({_position(self.value, kept)} AS index, CAST({value} AS FLOAT64) AS value)]"
        )


def _texts(name: str, values: Sequence[Value]) -> Iterable[str]:
    for value in values:
        for text in value if isinstance(value, list) else (value,):
            if text is not None and not isinstance(text, str):
                raise InvalidQueryError(f"ML.{name} takes strings; CAST the column AS STRING")
            if text is not None:
                yield text


def _position(value: str, kept: Sequence[str]) -> str:
    if not kept:
        return "0"
    cases = " ".join(
        f"WHEN {string_literal(text)} THEN {i}" for i, text in enumerate(kept, start=1)
    )
    return f"CASE {value} {cases} ELSE 0 END"


def _encoder(arguments: Arguments) -> Encoder:
    arguments.check_count(1, 3)
    return _with_limits(arguments, first=1)


def _one_hot_encoder(arguments: Arguments) -> Encoder:
    arguments.check_count(1, 4)
    drop = arguments.one_of(1, "drop", ("none", "most_frequent"), default="none")
    return _with_limits(arguments, first=2, drop=drop == "most_frequent")


def _with_limits(arguments: Arguments, *, first: int, drop: bool = False) -> Encoder:
    return Encoder(
        arguments.function,
        arguments[0],
        arguments.integer(first, "top_k", 1, _MOST - 1, default=_TOP_K),
        arguments.integer(first + 1, "frequency_threshold", 0, 2**62, default=_FREQUENCY),
        drop,
    )


ENCODERS: Mapping[str, Callable[[Arguments], Encoder]] = {
    "LABEL_ENCODER": _encoder,
    "MULTI_HOT_ENCODER": _encoder,
    "ONE_HOT_ENCODER": _one_hot_encoder,
}
