"""Names of models in every spelling that BigQuery's tools use."""

from __future__ import annotations

import pytest

from bqml_export.errors import UsageError
from bqml_export.model_reference import ModelReference


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("d.m", (None, "d", "m")),
        ("my-project.d.m", ("my-project", "d", "m")),
        ("my-project:d.m", ("my-project", "d", "m")),
        ("`my-project.d.m`", ("my-project", "d", "m")),
        ("`my-project`.`d`.`m`", ("my-project", "d", "m")),
        ("example.com:my-project.d.m", ("example.com:my-project", "d", "m")),
    ],
)
def test_a_name_is_split_into_its_parts(text: str, parts: tuple[str | None, str, str]) -> None:
    """Dots, colons and backticks are read as bq and the console write them."""
    reference = ModelReference.parse(text)
    assert (reference.project, reference.dataset, reference.model) == parts


@pytest.mark.parametrize("text", ["", "m", "a.b.c.d", "d.m-1", "d.", ".m", "d m.x"])
def test_what_is_no_name_is_refused(text: str) -> None:
    """The error says how a name is written."""
    with pytest.raises(UsageError, match="is not a model name"):
        ModelReference.parse(text)


def test_a_default_project_fills_only_a_gap() -> None:
    """A project that was named is never replaced."""
    assert str(ModelReference.parse("d.m").in_project("p1")) == "p1.d.m"
    assert str(ModelReference.parse("p2.d.m").in_project("p1")) == "p2.d.m"
