"""CREATE, DROP, EXPORT and ALTER MODEL statements, read token by token.

The training query is kept as the text that the user wrote, never regenerated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bqml_export.embedded.sql.options import parse_option_list
from bqml_export.embedded.sql.reference import ModelPath, parse_model_path
from bqml_export.embedded.sql.tokens import Token, closing, tokenize, words
from bqml_export.embedded.sql.transform_clause import SelectItem, select_items
from bqml_export.errors import InvalidQueryError, NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bqml_export.embedded.ml.options import OptionValue

_CLAUSES = frozenset({"OPTIONS", "TRANSFORM", "INPUT", "OUTPUT", "REMOTE", "AS", "SET"})
_ALTER_EXPRESSIONS = frozenset({"expiration_timestamp"})
_REFUSED_CLAUSES = {
    "INPUT": "INPUT and OUTPUT schemas of remote models",
    "OUTPUT": "INPUT and OUTPUT schemas of remote models",
    "REMOTE": "remote models (REMOTE WITH CONNECTION)",
}


@dataclass(frozen=True, slots=True)
class CreateModel:
    """CREATE [OR REPLACE] MODEL [IF NOT EXISTS] path [TRANSFORM(...)] OPTIONS(...) AS query."""

    path: ModelPath
    options: Mapping[str, OptionValue]
    query: str
    or_replace: bool = False
    if_not_exists: bool = False
    transform: tuple[SelectItem, ...] = ()


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
    clauses: _Clauses


@dataclass(slots=True)
class _Clauses:
    options: Mapping[str, OptionValue] | None = None
    query: str | None = None
    transform: tuple[SelectItem, ...] = ()


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
    return _Body(path, exists_flag, _clauses(sql, tokens, index, head.verb))


def _exists_flag(tokens: Sequence[Token], head: _Head) -> tuple[int, bool]:
    flag = ("IF", "NOT", "EXISTS") if head.verb == "CREATE" else ("IF", "EXISTS")
    if words(tokens, head.path_index, len(flag)) == flag:
        return head.path_index + len(flag), True
    return head.path_index, False


def _clauses(sql: str, tokens: Sequence[Token], index: int, verb: str) -> _Clauses:
    found = _Clauses()
    while index < len(tokens):
        word, opened = words(tokens, index, 2) if index + 1 < len(tokens) else (tokens[-1].word, "")
        if word in _REFUSED_CLAUSES:
            raise NotSupportedError(
                f"The embedded BigQuery ML does not support {_REFUSED_CLAUSES[word]} yet"
            )
        if word == "AS":
            found.query = _query(sql, tokens, index + 1)
            return found
        if word == "SET":
            index += 1
            continue
        fresh = found.options is None if word == "OPTIONS" else not found.transform
        if word not in ("OPTIONS", "TRANSFORM") or opened != "(" or not fresh:
            text = sql[tokens[index].start : tokens[index].end]
            raise InvalidQueryError(f"Syntax error: Unexpected {text} in a MODEL statement")
        end = closing(tokens, index + 1)
        inside = tokens[index + 2 : end]
        if word == "TRANSFORM":
            found.transform = select_items(sql, inside)
        else:
            expressions = _ALTER_EXPRESSIONS if verb == "ALTER" else frozenset()
            found.options = parse_option_list(sql, inside, expressions)
        index = end + 1
    return found


def _query(sql: str, tokens: Sequence[Token], index: int) -> str:
    if index >= len(tokens):
        raise InvalidQueryError("Syntax error: Expected a query after AS")
    return sql[tokens[index].start : tokens[-1].end]


def _statement(head: _Head, body: _Body) -> ModelStatement:
    clauses = body.clauses
    if head.verb == "CREATE":
        return _create(head, body)
    if clauses.query is not None or clauses.transform:
        extra = "query" if clauses.query is not None else "TRANSFORM"
        raise InvalidQueryError(f"Syntax error: {head.verb} MODEL takes no {extra}")
    if head.verb == "DROP":
        if clauses.options is not None:
            raise InvalidQueryError("Syntax error: DROP MODEL takes no OPTIONS")
        return DropModel(body.path, body.exists_flag)
    if clauses.options is None:
        raise InvalidQueryError(f"Syntax error: {head.verb} MODEL needs OPTIONS(...)")
    if head.verb == "EXPORT":
        return ExportModel(body.path, clauses.options)
    return AlterModel(body.path, clauses.options, body.exists_flag)


def _create(head: _Head, body: _Body) -> CreateModel:
    if head.or_replace and body.exists_flag:
        raise InvalidQueryError("CREATE MODEL cannot have both OR REPLACE and IF NOT EXISTS")
    if body.clauses.query is None:
        raise NotSupportedError(
            "CREATE MODEL without AS SELECT (imported and remote models) is not supported by the "
            "embedded BigQuery ML; give the training data with AS SELECT ..."
        )
    return CreateModel(
        body.path,
        body.clauses.options or {},
        body.clauses.query,
        head.or_replace,
        if_not_exists=body.exists_flag,
        transform=body.clauses.transform,
    )
