"""Preconditions against the current object."""

from __future__ import annotations

import pytest

from bqml_export.embedded.storage.protocol.preconditions import conditions

CURRENT = {"generation": "7", "metageneration": "2", "etag": "tag"}


@pytest.mark.parametrize(
    ("query", "current", "reading", "status"),
    [
        ({"ifGenerationMatch": ["7"]}, CURRENT, False, None),
        ({"ifGenerationMatch": ["8"]}, CURRENT, False, 412),
        ({"ifGenerationMatch": ["0"]}, None, False, None),
        ({"ifGenerationMatch": ["0"]}, CURRENT, False, 412),
        ({"ifGenerationNotMatch": ["7"]}, CURRENT, True, 304),
        ({"ifGenerationNotMatch": ["7"]}, CURRENT, False, 412),
        ({"ifGenerationNotMatch": ["0"]}, None, False, 412),
        ({"ifMetagenerationMatch": ["2"]}, CURRENT, False, None),
        ({"ifMetagenerationMatch": ["3"]}, CURRENT, False, 412),
        ({"ifGenerationMatch": ["7"], "ifMetagenerationMatch": ["1"]}, CURRENT, False, 412),
        ({}, CURRENT, False, None),
    ],
)
def test_the_status_follows_the_documentation(
    query: dict[str, list[str]], current: dict[str, str] | None, reading: bool, status: int | None
) -> None:
    """412 for writes, 304 for reads of an unchanged object; generation 0 means there is none."""
    assert conditions(query).failed(current, reading=reading) == status


@pytest.mark.parametrize(
    ("header", "value", "reading", "status"),
    [
        ("If-Match", '"tag"', False, None),
        ("If-Match", "*", False, None),
        ("If-Match", "other", False, 412),
        ("If-None-Match", 'other, "tag"', True, 304),
        ("If-None-Match", "tag", False, 412),
        ("If-None-Match", "other", True, None),
    ],
)
def test_entity_tags_count_too(header: str, value: str, reading: bool, status: int | None) -> None:
    """As HTTP has them, with or without quotes."""
    wanted = conditions({}, {header: value})
    assert wanted.failed(CURRENT, reading=reading) == status


def test_conditions_on_the_source_are_their_own() -> None:
    """A copy's ifSource... parameters do not guard its target."""
    query = {"ifSourceGenerationMatch": ["1"], "ifGenerationMatch": ["2"]}
    assert conditions(query).numbers == (("GenerationMatch", 2),)
    assert conditions(query, prefix="ifSource").numbers == (("GenerationMatch", 1),)
