"""CREATE, DROP, EXPORT and ALTER MODEL statements, read token by token.

The training query is kept as the text that the user wrote, never regenerated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bqml_export.embedded.sql.options import parse_option_list
from bqml_export.embedded.sql.reference import ModelPath, parse_model_path
from bqml_export.embedded.sql.tokens import Token, closing, tokenize, words
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bqml_export.embedded.ml.options import OptionValue

_CLAUSES = frozenset({"OPTIONS", "TRANSFORM", "INPUT", "OUTPUT", "REMOTE", "AS", "SET"})
_REFUSED_CLAUSES = {
    "TRANSFORM": "the TRANSFORM clause",
    "INPUT": "INPUT and OUTPUT schemas of remote models",
    "OUTPUT": "INPUT and OUTPUT schemas of remote models",
    "REMOTE": "remote models (REMOTE WITH CONNECTION)",
}


@dataclass(frozen=True, slots=True)
class CreateModel:
    """CREATE [OR REPLACE] MODEL [IF NOT EXISTS] path OPTIONS(...) AS query."""

    path: ModelPath
    options: Mapping[str, OptionValue]
    query: str
    or_replace: bool = False
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropModel:
    """DROP MODEL [IF EXISTS] path."""

    path: ModelPath
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class ExportModel:
    """EXPORT MODEL path OPTIONS(uri = ..., ...)."""

    path: ModelPath
    options: Mapping[str, OptionValue]


@dataclass(frozen=True, slots=True)
class AlterModel:
    """ALTER MODEL [IF EXISTS] path SET OPTIONS(...)."""

    path: ModelPath
    options: Mapping[str, OptionValue]
    if_exists: bool = False


ModelStatement: TypeAlias = CreateModel | DropModel | ExportModel | AlterModel


@dataclass(frozen=True, slots=True)
class _Head:
    """The words up to the path: the verb, its flags and where the path begins."""

    verb: str
    or_replace: bool
    path_index: int


@dataclass(frozen=True, slots=True)
class _Body:
    path: ModelPath
    exists_flag: bool
    options: Mapping[str, OptionValue]
    query: str | None
    has_options: bool


def parse_model_statement(sql: str) -> ModelStatement | None:
    """Returns the model statement in `sql`, or None when it is another kind of statement.

    Raises:
        InvalidQueryError: It is a model statement with a syntax error.
        NotSupportedError: It uses a clause that the embedded engine does not do.
    """
    tokens = tokenize(sql)
    while tokens and tokens[-1].word == ";":
        tokens = tokens[:-1]
    head = _head(tokens)
    if head is None:
        return None
    return _statement(head, _body(sql, tokens, head))


def statement_kind(tokens: Sequence[Token]) -> str | None:
    """Returns CREATE_MODEL, DROP_MODEL, EXPORT_MODEL or ALTER_MODEL, or None."""
    head = _head(tokens)
    return None if head is None else f"{head.verb}_MODEL"


def _head(tokens: Sequence[Token]) -> _Head | None:
    first = words(tokens, 0, 4)
    if first[:2] in {(verb, "MODEL") for verb in ("CREATE", "DROP", "EXPORT", "ALTER")}:
        return _Head(first[0], or_replace=False, path_index=2)
    if first == ("CREATE", "OR", "REPLACE", "MODEL"):
        return _Head("CREATE", or_replace=True, path_index=4)
    return None


def _body(sql: str, tokens: Sequence[Token], head: _Head) -> _Body:
    index, exists_flag = _exists_flag(tokens, head)
    begin = index
    while index < len(tokens) and not (index > begin and tokens[index].word in _CLAUSES):
        index += 1
    if index == begin:
        raise InvalidQueryError(f"Syntax error: {head.verb} MODEL needs the name of a model")
    path = parse_model_path(sql[tokens[begin].start : tokens[index - 1].end])
    options, query, has_options = _clauses(sql, tokens, index)
    return _Body(path, exists_flag, options, query, has_options)


def _exists_flag(tokens: Sequence[Token], head: _Head) -> tuple[int, bool]:
    flag = ("IF", "NOT", "EXISTS") if head.verb == "CREATE" else ("IF", "EXISTS")
    if words(tokens, head.path_index, len(flag)) == flag:
        return head.path_index + len(flag), True
    return head.path_index, False


def _clauses(
    sql: str, tokens: Sequence[Token], index: int
) -> tuple[Mapping[str, OptionValue], str | None, bool]:
    options: Mapping[str, OptionValue] = {}
    has_options = False
    while index < len(tokens):
        word = tokens[index].word
        if word in _REFUSED_CLAUSES:
            raise NotSupportedError(
                f"The embedded BigQuery ML does not support {_REFUSED_CLAUSES[word]} yet"
            )
        if word == "AS":
            return options, _query(sql, tokens, index + 1), has_options
        if word == "SET":
            index += 1
            continue
        if words(tokens, index, 2) != ("OPTIONS", "(") or has_options:
            text = sql[tokens[index].start : tokens[index].end]
            raise InvalidQueryError(f"Syntax error: Unexpected {text} in a MODEL statement")
        end = closing(tokens, index + 1)
        options = parse_option_list(sql, tokens[index + 2 : end])
        has_options, index = True, end + 1
    return options, None, has_options


def _query(sql: str, tokens: Sequence[Token], index: int) -> str:
    if index >= len(tokens):
        raise InvalidQueryError("Syntax error: Expected a query after AS")
    return sql[tokens[index].start : tokens[-1].end]


def _statement(head: _Head, body: _Body) -> ModelStatement:
    if head.verb == "CREATE":
        return _create(head, body)
    if body.query is not None:
        raise InvalidQueryError(f"Syntax error: {head.verb} MODEL takes no query")
    if head.verb == "DROP":
        if body.has_options:
            raise InvalidQueryError("Syntax error: DROP MODEL takes no OPTIONS")
        return DropModel(body.path, body.exists_flag)
    if not body.has_options:
        raise InvalidQueryError(f"Syntax error: {head.verb} MODEL needs OPTIONS(...)")
    if head.verb == "EXPORT":
        return ExportModel(body.path, body.options)
    return AlterModel(body.path, body.options, body.exists_flag)


def _create(head: _Head, body: _Body) -> CreateModel:
    if head.or_replace and body.exists_flag:
        raise InvalidQueryError("CREATE MODEL cannot have both OR REPLACE and IF NOT EXISTS")
    if body.query is None:
        raise NotSupportedError(
            "CREATE MODEL without AS SELECT (imported and remote models) is not supported by the "
            "embedded BigQuery ML; give the training data with AS SELECT ..."
        )
    return CreateModel(
        body.path, body.options, body.query, head.or_replace, if_not_exists=body.exists_flag
    )
