"""Scripts whose statements can run one by one."""

from __future__ import annotations

from bqml_export.embedded.sql.scripts import PROCEDURAL
from bqml_export.embedded.sql.tokens import split, tokenize

_SESSION = frozenset({"TEMP", "TEMPORARY"})


def plain_statements(sql: str) -> tuple[str, ...]:
    """Returns the statements of a script that share nothing, or `sql` whole.

    Variables, blocks, transactions and temporary objects tie the statements of a script together.
    """
    runs = split(tokenize(sql), ";")
    if len(runs) < 2:
        return (sql,)
    for run in runs:
        first = run[0].word.partition(" ")[0]
        if first in PROCEDURAL or any(token.word in _SESSION for token in run):
            return (sql,)
    return tuple(sql[run[0].start : run[-1].end] for run in runs)
