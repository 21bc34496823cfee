"""The training rows to compare: the same ones at every run, and one of each class."""

from __future__ import annotations

from collections.abc import Sequence

from bqml_export.parity._case import Case, Kind
from bqml_export.parity._row_parameter import quoted
from bqml_export.warehouse.query import OwnQuery, QueryRunner

_KIND, _HASH = "bqml_export_kind", "bqml_export_hash"
_SQL = """\
WITH hashed AS (SELECT t.*, FARM_FINGERPRINT(TO_JSON_STRING(t)) AS bqml_export_hash FROM (
{query}
) AS t)
(SELECT 0 AS bqml_export_kind, bqml_export_hash, {names}
 FROM hashed ORDER BY bqml_export_hash LIMIT {rows})"""
# An aggregate needs no sort of all rows, as a window function would.
_ONE_OF_EACH = """
UNION ALL
(SELECT 1 AS bqml_export_kind, {first} FROM
 (SELECT ARRAY_AGG(STRUCT({fields}) ORDER BY bqml_export_hash LIMIT 1)[OFFSET(0)] AS first
  FROM hashed GROUP BY TO_JSON_STRING({label})))"""


def sample_query(query: str, columns: Sequence[str], label: str | None, rows: int) -> OwnQuery:
    """Returns the query for a sample of the rows of `query`.

    The order is that of a hash of each whole row: it looks random and is the same at every run.
    The user's query stands on lines of its own, so that it may end in a comment. With a `label`,
    the label column of a classifier, each class has a row.
    """
    names = ", ".join(map(quoted, columns))
    sql = _SQL.format(query=query, names=names, rows=rows)
    if label is not None:
        every = [quoted(name) for name in (_HASH, *columns)]
        first = ", ".join(f"first.{name} AS {name}" for name in every)
        fields = ", ".join(f"{name} AS {name}" for name in every)
        sql += _ONE_OF_EACH.format(first=first, fields=fields, label=quoted(label))
    return OwnQuery(doing="reading training rows", sql=sql)


def sample_cases(runner: QueryRunner, query: OwnQuery, columns: Sequence[str]) -> list[Case]:
    """Returns the sampled rows, in the order of their hashes, and then the rows of the classes."""
    found = sorted(runner.rows(query), key=lambda row: (row[_KIND], row[_HASH]))
    cases = []
    for number, row in enumerate(found, start=1):
        kind = Kind.CLASS if row[_KIND] else Kind.TRAINING
        features = {name: row[name] for name in columns}
        cases.append(Case(kind=kind, name=f"row {number} of the sample", row=features))
    return cases
