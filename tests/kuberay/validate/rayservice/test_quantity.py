from __future__ import annotations

from decimal import Decimal

import pytest

from kuberay.validate.rayservice.quantity import quantity


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
def test_what_is_no_quantity_is_none(value: object) -> None:
    """The schema tells of it; the sums leave it out."""
    assert quantity(value) is None
