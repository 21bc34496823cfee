"""CREATE, DROP, EXPORT and ALTER MODEL statements, read token by token.

The training query is kept as the text that the user wrote, never regenerated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql._constants import read_options
from bqml_export.sql.paths import ModelPath, path_end, read_path
from bqml_export.sql.tokens import Sql
from bqml_export.sql.transform_clause import SelectItem, select_items
from bqml_export.sql.values import OptionValue

_VERBS = ("CREATE", "DROP", "EXPORT", "ALTER")
_ALTER_EXPRESSIONS = frozenset({"expiration_timestamp"})
_REFUSED_CLAUSES = {
    "INPUT": "INPUT and OUTPUT schemas of remote models",
    "OUTPUT": "INPUT and OUTPUT schemas of remote models",
    "REMOTE": "remote models (REMOTE WITH CONNECTION)",
}


@dataclass(frozen=True, slots=True)
class ModelClauses:
    """A model statement by its parts as written, whatever BigQuery makes of them.

    `options` and `transform` are what stands between their parentheses; `other` is the first word
    of a clause that is none of these, or comes twice.
    """

    verb: str
    or_replace: bool
    exists_flag: bool
    name: Sql
    options: Sql | None
    transform: Sql | None
    query: Sql | None
    other: str


@dataclass(frozen=True, slots=True)
class CreateModel:
    """CREATE [OR REPLACE] MODEL [IF NOT EXISTS] path [TRANSFORM(...)] OPTIONS(...) AS query."""

    path: ModelPath
    options: Mapping[str, OptionValue]
    query: Sql
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


def begins_model_statement(sql: Sql, start: int = 0) -> bool:
    return _name_index(sql, start) is not None


def _name_index(sql: Sql, start: int) -> int | None:
    if start >= len(sql) or sql[start].word not in _VERBS:
        return None
    words = sql.words(start, 4)
    if words == ("CREATE", "OR", "REPLACE", "MODEL"):
        return start + 4
    return start + 2 if words[1:2] == ("MODEL",) else None


def model_clauses(sql: Sql, start: int = 0) -> ModelClauses | None:
    """Returns the model statement that begins at token `start`, or None when none does."""
    name = _name_index(sql, start)
    if name is None:
        return None
    verb = sql[start].word
    flag = ("IF", "NOT", "EXISTS") if verb == "CREATE" else ("IF", "EXISTS")
    exists_flag = sql.words(name, len(flag)) == flag
    begin = name + len(flag) if exists_flag else name
    index = path_end(sql, begin)
    path, other = sql[begin:index], ""
    spans: dict[str, Sql] = {}
    end = next((n for n in range(index, len(sql)) if sql[n].word == ";"), len(sql))
    while index < end:
        word = sql[index].word
        if word == "AS":
            spans["AS"] = sql[index + 1 : end]
            break
        opens = sql.words(index + 1, 1) == ("(",)
        if word in ("OPTIONS", "TRANSFORM") and opens and word not in spans:
            closing = sql.closing(index + 1)
            spans[word] = sql[index + 2 : closing]
            index = closing
        elif word != "SET":
            other = other or sql[index].text
        index += 1
    return ModelClauses(
        verb=verb,
        or_replace=name == start + 4,
        exists_flag=exists_flag,
        name=path,
        options=spans.get("OPTIONS"),
        transform=spans.get("TRANSFORM"),
        query=spans.get("AS"),
        other=other,
    )


def read_model_statement(sql: Sql) -> ModelStatement | None:
    """Returns the model statement that `sql` is, or None when it is another kind of statement.

    Raises:
        InvalidQueryError: It is a model statement with a syntax error.
        NotSupportedError: It uses a clause that the embedded engine does not do.
    """
    clauses = model_clauses(sql)
    if clauses is None:
        return None
    verb = clauses.verb
    if not clauses.name:
        raise InvalidQueryError(f"Syntax error: {verb} MODEL needs the name of a model")
    path = read_path(clauses.name)
    _refuse_other(clauses.other)
    if clauses.query is not None and not clauses.query:
        raise InvalidQueryError("Syntax error: Expected a query after AS")
    if verb == "CREATE":
        return _create(clauses, path)
    if clauses.query is not None or clauses.transform is not None:
        extra = "query" if clauses.query is not None else "TRANSFORM"
        raise InvalidQueryError(f"Syntax error: {verb} MODEL takes no {extra}")
    if verb == "DROP":
        if clauses.options is not None:
            raise InvalidQueryError("Syntax error: DROP MODEL takes no OPTIONS")
        return DropModel(path, clauses.exists_flag)
    if clauses.options is None:
        raise InvalidQueryError(f"Syntax error: {verb} MODEL needs OPTIONS(...)")
    if verb == "EXPORT":
        return ExportModel(path, read_options(clauses.options))
    options = read_options(clauses.options, _ALTER_EXPRESSIONS)
    return AlterModel(path, options, clauses.exists_flag)


def _refuse_other(word: str) -> None:
    if word.upper() in _REFUSED_CLAUSES:
        raise NotSupportedError(
            f"The embedded BigQuery ML does not support {_REFUSED_CLAUSES[word.upper()]} yet"
        )
    if word:
        raise InvalidQueryError(f"Syntax error: Unexpected {word} in a MODEL statement")


def _create(clauses: ModelClauses, path: ModelPath) -> CreateModel:
    transform = () if clauses.transform is None else select_items(clauses.transform)
    options = {} if clauses.options is None else read_options(clauses.options)
    if clauses.or_replace and clauses.exists_flag:
        raise InvalidQueryError("CREATE MODEL cannot have both OR REPLACE and IF NOT EXISTS")
    if clauses.query is None:
        raise NotSupportedError(
            "CREATE MODEL without AS SELECT (imported and remote models) is not supported by the "
            "embedded BigQuery ML; give the training data with AS SELECT ..."
        )
    return CreateModel(
        path,
        options,
        clauses.query,
        clauses.or_replace,
        if_not_exists=clauses.exists_flag,
        transform=transform,
    )
