from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.record.counts import percentile, summed


@given(st.lists(st.floats(0.1, 1e4), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_the_measured_latency_of_its_rank(
    values: list[float], share: float
) -> None:
    """At least that share of the requests took no longer, and without it fewer than that."""
    found = percentile(Counter(values), share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 1.0), (0.9, 1.0), (0.91, 7.0), (1.0, 7.0)])
def test_percentiles_of_a_small_table(share: float, expected: float) -> None:
    """Nearest rank, no interpolation."""
    assert percentile({1.0: 9, 7.0: 1}, share) == expected


def test_without_requests_there_is_no_percentile() -> None:
    """None, not zero: nothing was measured."""
    assert percentile({}, 0.99) is None


def test_counts_of_several_workers_add_up() -> None:
    """Percentiles of the sum are those of all requests together."""
    assert summed([{1.0: 2, 3.0: 1}, {3.0: 4}]) == {1.0: 2, 3.0: 5}
