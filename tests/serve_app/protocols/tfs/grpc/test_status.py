"""GetModelStatus."""

from __future__ import annotations

from typing import Any

import pytest

AVAILABLE, END = 30, 50
OK, NOT_FOUND = 0, 5


def test_versions_come_newest_first(stub: Any) -> None:
    """Each with its state and an OK status; a label is ignored."""
    for spec in ({"name": "kinds"}, {"name": "kinds", "version_label": "any"}):
        found = stub("GetModelStatus", model_spec=spec).model_version_status
        assert [(s.version, s.state, s.status.error_code) for s in found] == [
            (3, AVAILABLE, OK), (2, AVAILABLE, OK),
        ]  # fmt: skip


def test_one_version_can_be_asked_for(stub: Any) -> None:
    """The others are left out."""
    spec = {"name": "kinds", "version": {"value": 2}}
    (found,) = stub("GetModelStatus", model_spec=spec).model_version_status
    assert found.version == 2


def test_a_failed_version_says_why(stub: Any) -> None:
    """Its state is END, its status the error of the load."""
    (found,) = stub("GetModelStatus", model_spec={"name": "broken"}).model_version_status
    assert (found.state, found.status.error_code) == (END, NOT_FOUND)
    assert "Could not find SavedModel" in found.status.error_message


@pytest.mark.parametrize(
    ("spec", "code", "text"),
    [
        (None, "INVALID_ARGUMENT", "Missing ModelSpec"),
        ({"name": "nope"}, "NOT_FOUND", "Could not find any versions of model nope"),
        (
            {"name": "kinds", "version": {"value": 9}},
            "NOT_FOUND",
            "Could not find version 9 of model kinds",
        ),
    ],
)
def test_what_was_never_there_is_not_found(stub: Any, spec: Any, code: str, text: str) -> None:
    """Code and text are TensorFlow Serving's."""
    assert stub.fails("GetModelStatus", model_spec=spec) == (code, text)
