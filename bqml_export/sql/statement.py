"""One statement of a request, of which each thing is read once."""

from __future__ import annotations

from functools import cached_property

from bqml_export.sql.model_statements import ModelStatement, read_model_statement
from bqml_export.sql.paths import ModelPath
from bqml_export.sql.table_references import TableReference, model_references, table_references
from bqml_export.sql.tokens import Sql


class Statement:
    """A statement and what it is about."""

    def __init__(self, sql: Sql) -> None:
        self.sql = sql

    @cached_property
    def model(self) -> ModelStatement | None:
        """The model statement that it is, or None; a syntax error in one is raised here."""
        return read_model_statement(self.sql)

    @cached_property
    def models(self) -> tuple[ModelPath, ...]:
        return model_references(self.sql) if self.model is None else (self.model.path,)

    @cached_property
    def tables(self) -> tuple[TableReference, ...]:
        """The tables that it reads or writes, each once."""
        return table_references(self.sql, self.model)
