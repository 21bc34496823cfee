"""Kubernetes quantities, in and out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuberay.quantity import GIB, MIB, cpus, cpus_text, memory_bytes, memory_text, quantity


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("8Gi", 8 * GIB), ("500M", 500_000_000), ("1.5Gi", 3 * GIB // 2), ("1048576", MIB), (7, 7)],
)
def test_memory_is_read_as_kubernetes_reads_it(text: object, size_bytes: int) -> None:
    """Binary and decimal suffixes, or bytes."""
    assert memory_bytes(text) == size_bytes


@pytest.mark.parametrize("text", ["8GiB", "8 Gi", "-1Gi", "Gi", ""])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    """`8GiB` is the usual slip; the API server refuses it too."""
    with pytest.raises(ValueError, match="such as 8Gi"):
        memory_bytes(text)


@pytest.mark.parametrize(("text", "count"), [("500m", 0.5), ("2", 2), ("1.5", 1.5), (3, 3)])
def test_cpus_are_read_in_both_forms(text: object, count: float) -> None:
    """As a number, or in millis."""
    assert cpus(text) == count


@given(st.integers(min_value=1, max_value=2**45))
def test_memory_comes_back_as_it_went(size_bytes: int) -> None:
    """No byte is lost on the way into a manifest."""
    assert memory_bytes(memory_text(size_bytes)) == size_bytes


@given(st.integers(min_value=1, max_value=256_000))
def test_cpus_come_back_as_they_went(millis: int) -> None:
    """Down to a thousandth, which is all that Kubernetes has."""
    assert cpus(cpus_text(millis / 1000)) == millis / 1000


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("500m", "0.5"), ("2", "2"), (2, "2"), (0.5, "0.5"), ("8Gi", str(8 * 2**30)),
        ("1e3", "1000"), ("1E3", "1000"), ("1k", "1000"), ("1E", "1000000000000000000"),
        ("-1", "-1"), ("+1.5", "1.5"), (".5", "0.5"), ("100n", "0.0000001"),
    ],
)  # fmt: skip
def test_quantities_are_exact(value: str | float, number: str) -> None:
    """As Kubernetes reads them."""
    assert quantity(value) == Decimal(number)


@pytest.mark.parametrize("value", ["8GiB", "", "1.2.3", ".", "e3", None, True, [], "1 Gi", "Gi"])
def test_what_is_no_number_is_none(value: object) -> None:
    """The schema tells of it; the sums leave it out."""
    assert quantity(value) is None
