"""Tables that hold the rows of ML functions while the query around them runs.

They lie in a project of their own, where no user looks.
"""

from __future__ import annotations

import uuid

from bqml_export.embedded.bigquery.backend.client import BackendClient, dataset_path, table_path
from bqml_export.embedded.bigquery.protocol.result_set import ResultSet
from bqml_export.sql.tokens import Token, quoted_name

_PROJECT = "embedded-scratch"
_DATASET = "scratch"


class Scratch:
    """The scratch tables of one statement."""

    def __init__(self, backend: BackendClient) -> None:
        self._backend = backend
        self._tables: list[str] = []

    def add(self, rows: ResultSet) -> Token:
        # pyarrow takes time to import and most requests never come here.
        from bqml_export.embedded.bigquery.backend.parquet import write_parquet

        name = f"t_{uuid.uuid4().hex}"
        content = write_parquet(rows)
        self._backend.ensure_dataset(_PROJECT, _DATASET)
        self._backend.create_table(_PROJECT, _DATASET, name, rows.fields)
        self._tables.append(name)
        self._backend.append_parquet(_PROJECT, _DATASET, name, content)
        return quoted_name(f"{_PROJECT}.{_DATASET}.{name}")

    def clear(self) -> None:
        for name in self._tables:
            self._backend.delete(table_path(_PROJECT, _DATASET, name))


def remove_leftovers(backend: BackendClient) -> None:
    """Deletes the tables of statements that a kill interrupted."""
    backend.delete(f"{dataset_path(_PROJECT, _DATASET)}?deleteContents=true")
