"""Users read which functions there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from bqml_export.embedded.functions import model_functions, preprocessing

DOCS = Path(__file__).parents[4] / "docs" / "embedded_bigquery_ml.md"
NAMES = [*model_functions._FUNCTIONS, *(f"ML.{name}" for name in preprocessing._FUNCTIONS)]


@pytest.mark.parametrize("name", NAMES)
def test_every_function_is_documented(name: str) -> None:
    """By its name."""
    assert f"`{name}`" in DOCS.read_text(), f"docs/embedded_bigquery_ml.md does not name {name}"
