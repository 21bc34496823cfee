"""Statements that the backend would misread or half do, refused by name."""

from __future__ import annotations

from itertools import pairwise

from bqml_export.embedded.sql.tokens import split, tokenize, words
from bqml_export.errors import NotSupportedError

_REFUSED = {
    ("LOAD", "DATA"): "LOAD DATA; use a load job (bq load, client.load_table_from_uri)",
    ("EXPORT", "DATA"): "EXPORT DATA; use an extract job (bq extract, client.extract_table)",
    ("CREATE", "EXTERNAL"): "CREATE EXTERNAL TABLE; use a load job",
    ("ALTER", "VIEW"): "ALTER VIEW; use tables.patch (bq update)",
    ("ALTER", "SCHEMA"): "ALTER SCHEMA; use datasets.patch (bq update)",
}


def refuse_statements(sql: str) -> None:
    """Checks the beginnings of the statements of a request.

    Raises:
        NotSupportedError: One is a statement that the embedded BigQuery does not do.
    """
    for run in split(tokenize(sql), ";"):
        second = run[1].word if len(run) > 1 else ""
        reason = _REFUSED.get((run[0].word.partition(" ")[0], second))
        if words(run, 0, 2) == ("ALTER", "TABLE"):
            reason = _alter(run_words=tuple(token.word for token in run))
        if reason is not None:
            raise NotSupportedError(f"The embedded BigQuery does not support {reason}")


def _alter(run_words: tuple[str, ...]) -> str | None:
    pairs = set(pairwise(run_words))
    if ("RENAME", "TO") in pairs:
        return "ALTER TABLE ... RENAME TO; copy the table and drop the old one"
    if ("SET", "OPTIONS") in pairs:
        return "ALTER TABLE ... SET OPTIONS; use tables.patch (bq update, client.update_table)"
    return None
