"""STRUCT(a, b AS name, ...) as the argument of ML.FEATURE_CROSS and ML.POLYNOMIAL_EXPAND."""

from __future__ import annotations

from bqml_export.embedded.sql.tokens import closing, split, tokenize
from bqml_export.errors import InvalidQueryError

MOST_FEATURES = 10


def struct_fields(name: str, text: str) -> dict[str, str]:
    """Returns the expressions of a STRUCT(...) by field name.

    Raises:
        InvalidQueryError: It is no such STRUCT, or a field has no name or another's.
    """
    tokens = tokenize(text)
    if [t.word for t in tokens[:2]] != ["STRUCT", "("] or closing(tokens, 1) != len(tokens) - 1:
        raise InvalidQueryError(f"ML.{name} takes STRUCT(column, ...), got {text}")
    fields: dict[str, str] = {}
    for run in split(tokens[2:-1], ","):
        named = len(run) > 2 and run[-2].word == "AS"
        expression = run[:-2] if named else run
        last = run[-1]
        label = text[last.start : last.end].strip("`")
        is_path = all(i % 2 == 0 or t.word == "." for i, t in enumerate(run))
        if last.literal or last.nesting or not (named or is_path) or label in fields:
            raise InvalidQueryError(f"ML.{name}: every field of the STRUCT needs a name of its own")
        fields[label] = text[expression[0].start : expression[-1].end]
    if not 1 <= len(fields) <= MOST_FEATURES:
        raise InvalidQueryError(f"ML.{name} takes 1 to {MOST_FEATURES} features")
    return fields
