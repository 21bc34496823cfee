"""The families of metrics."""

from __future__ import annotations

from pathlib import Path

import pytest

from serve_app.metrics.family import FAMILIES, Family

DOCS = Path(__file__).parents[3] / "docs" / "metrics.md"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_metric_is_documented(family: Family) -> None:
    """By its name and its labels."""
    lines = [line for line in DOCS.read_text().splitlines() if f"`{family.name}`" in line]
    assert any(all(f"`{label}`" in line for label in family.labels) for line in lines)
