"""What a command writes to stdout."""

from __future__ import annotations

import json

import pytest

from foundation.cli.output import write_result, write_table


@pytest.mark.parametrize("as_json", [True, False])
def test_a_result_is_one_document_or_one_text(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    """Never both."""
    write_result({"name": "é"}, "the name is é", as_json=as_json)
    printed = capsys.readouterr().out
    if as_json:
        assert json.loads(printed) == {"name": "é"}
    else:
        assert printed == "the name is é\n"


def test_a_table_in_a_pipe_has_a_line_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    """However long the row is: it can be searched."""
    write_table(["NAME", "WHAT"], [["a", "x" * 150], ["b", "[bold]y"]])
    *_, first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["a", "x" * 150]
    assert second.split() == ["b", "[bold]y"]
