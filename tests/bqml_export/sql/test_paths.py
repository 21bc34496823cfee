"""Paths of models and tables."""

from __future__ import annotations

import pytest

from bqml_export.errors import InvalidQueryError
from bqml_export.sql.paths import ModelPath, path_end, path_text, read_path
from bqml_export.sql.tokens import read_sql


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("m", ModelPath("", "", "m")),
        ("d.m", ModelPath("", "d", "m")),
        ("my-project-1.d.m", ModelPath("my-project-1", "d", "m")),
        ("`p-1.d`.m", ModelPath("p-1", "d", "m")),
        ("`p` . d /* why */ . `m`", ModelPath("p", "d", "m")),
    ],
)
def test_each_spelling_is_read(text: str, path: ModelPath) -> None:
    """Backticks around all or some parts, dashes, and blanks around dots."""
    assert read_path(read_sql(text)) == path


@pytest.mark.parametrize("text", ["a.b.c.d", "a b", "a..b", "a.", "'a'", "f(x)", "a, b"])
def test_what_is_no_path_is_refused(text: str) -> None:
    """By what was written."""
    with pytest.raises(InvalidQueryError, match="is not a model path"):
        read_path(read_sql(text))


@pytest.mark.parametrize("behind", ["(1)", " AS x", "`x`", "; END", "/**/OPTIONS()", ""])
def test_a_path_ends_where_it_does_not_go_on(behind: str) -> None:
    """At a bracket, a blank or another name."""
    sql = read_sql(f"my-p.d.m{behind}")
    assert path_text(sql[: path_end(sql, 0)]) == "my-p.d.m"
