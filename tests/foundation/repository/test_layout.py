"""Names in a model repository."""

from __future__ import annotations

import pytest

from foundation.repository.labels import parse_labels
from foundation.repository.layout import MAX_VERSION, default_signature, version_number


@pytest.mark.parametrize(
    ("name", "number"),
    [("1", 1), ("0", 0), ("007", 7), (str(MAX_VERSION), MAX_VERSION), (str(MAX_VERSION + 1), None),
     ("", None), ("1a", None), ("-1", None), (" 1", None), ("\u0661", None), ("1\n", None)],
)  # fmt: skip
def test_a_version_is_an_int64_in_digits(name: str, number: int | None) -> None:
    """As TensorFlow Serving reads folder names."""
    assert version_number(name) == number


@pytest.mark.parametrize(
    ("names", "chosen"),
    [(["b", "serving_default"], "serving_default"), (["b", "a"], "a"), ([], None)],
)
def test_the_default_signature(names: list[str], chosen: str | None) -> None:
    """Its name, else the first one."""
    assert default_signature(names) == chosen


@pytest.mark.parametrize(
    ("data", "labels"),
    [(b'{"a": 1}', {"a": 1}), (b"{}", {}), (b"[]", None), (b'{"a": true}', None),
     (b'{"a": "1"}', None)],
)  # fmt: skip
def test_labels_point_at_numbers(data: bytes, labels: dict[str, int] | None) -> None:
    """Anything else is none."""
    assert parse_labels(data) == labels


def test_labels_are_json() -> None:
    """The error says where they are not."""
    with pytest.raises(ValueError, match="line 1"):
        parse_labels(b"{")
