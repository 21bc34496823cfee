"""Serialized Examples as the one tensor that is fed."""

from __future__ import annotations

import numpy as np
import pytest

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.examples.examples import Examples


def test_each_example_is_one_string() -> None:
    """A rank-1 tensor, also for one example or examples of equal length."""
    batch = Examples([b"ab", b"", b"c\0"]).batch()
    assert batch.dtype == np.object_
    assert batch.tolist() == [b"ab", b"", b"c\0"]


def test_the_context_stands_in_front_of_each_example() -> None:
    """The example's own features come later and win."""
    assert Examples([b"1", b"2"], context=b"c").batch().tolist() == [b"c1", b"c2"]


def test_no_example_is_refused() -> None:
    """With a context as well."""
    with pytest.raises(InvalidArgumentError, match=r"^Input is empty\.$"):
        Examples([], context=b"c").batch()
