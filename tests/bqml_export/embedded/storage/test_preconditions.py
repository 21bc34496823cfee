"""Preconditions against the current object."""

from __future__ import annotations

import pytest

from bqml_export.embedded.storage.preconditions import conditions, failed

CURRENT = {"generation": "7", "metageneration": "2"}


@pytest.mark.parametrize(
    ("query", "current", "method", "status"),
    [
        ({"ifGenerationMatch": ["7"]}, CURRENT, "PUT", None),
        ({"ifGenerationMatch": ["8"]}, CURRENT, "PUT", 412),
        ({"ifGenerationMatch": ["0"]}, None, "PUT", None),
        ({"ifGenerationMatch": ["0"]}, CURRENT, "PUT", 412),
        ({"ifGenerationNotMatch": ["7"]}, CURRENT, "GET", 304),
        ({"ifGenerationNotMatch": ["7"]}, CURRENT, "PUT", 412),
        ({"ifGenerationNotMatch": ["0"]}, None, "PUT", 412),
        ({"ifMetagenerationMatch": ["2"]}, CURRENT, "PATCH", None),
        ({"ifMetagenerationMatch": ["3"]}, CURRENT, "PATCH", 412),
        ({"ifGenerationMatch": ["7"], "ifMetagenerationMatch": ["1"]}, CURRENT, "PUT", 412),
        ({}, CURRENT, "PUT", None),
    ],
)
def test_the_status_follows_the_documentation(
    query: dict[str, list[str]], current: dict[str, str] | None, method: str, status: int | None
) -> None:
    """412 for writes, 304 for reads of an unchanged object; generation 0 means there is none."""
    assert failed(conditions(query), current, method) == status


def test_conditions_on_the_source_are_their_own() -> None:
    """A copy's ifSource... parameters do not guard its target."""
    query = {"ifSourceGenerationMatch": ["1"], "ifGenerationMatch": ["2"]}
    assert conditions(query) == {"GenerationMatch": 2}
    assert conditions(query, "ifSource") == {"GenerationMatch": 1}
