"""Published models to compare, each really trained, exported, pulled and served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bqml_export.clients import Clients
    from bqml_export.repository.versions import Version

IRIS = "`bigquery-public-data.ml_datasets.iris`"

# Every third row has a NULL; every feature type that a served export has is among the columns.
MIXED_SQL = f"""
CREATE OR REPLACE MODEL shop.mixed
OPTIONS(model_type='linear_reg', input_label_cols=['petal_width']) AS
SELECT petal_length, IF(sepal_width > 3.2, NULL, sepal_length) AS sepal_length,
  IF(sepal_width < 2.8, NULL, species) AS species, sepal_width > 3 AS wide,
  CAST(sepal_length * 10 AS INT64) AS tenths,
  DATE_ADD(DATE '2020-01-01', INTERVAL CAST(sepal_width * 10 AS INT64) DAY) AS day, petal_width
FROM {IRIS} -- a comment at the end
"""
SPECIES_SQL = f"""
CREATE OR REPLACE MODEL shop.species
OPTIONS(model_type='logistic_reg', input_label_cols=['species'], max_iterations=5) AS
SELECT petal_length, petal_width, species FROM {IRIS}
"""
BINARY_SQL = f"""
CREATE OR REPLACE MODEL shop.binary
OPTIONS(model_type='logistic_reg', input_label_cols=['wide'], max_iterations=5) AS
SELECT petal_length, species, IF(sepal_width > 3, 1, 0) AS wide FROM {IRIS}
"""


@pytest.fixture(scope="session")
def publish(google_clients: Clients) -> Callable[[str, Path, str], Version]:
    """Publishes the model of a SQL text below a root under a name."""
    from bqml_export.chain.up import UpRequest, up
    from bqml_export.warehouse.statement import read_statement

    def run(sql: str, root: Path, name: str) -> Version:
        asked = UpRequest(source=read_statement(sql), root=root, model=name, destination=None)
        return up(google_clients, asked, lambda _: None).version

    return run
