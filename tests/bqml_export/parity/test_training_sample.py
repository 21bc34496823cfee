"""The sample of the training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.parity._case import Kind
from bqml_export.parity._training_sample import sample_cases, sample_query
from bqml_export.warehouse.query import QueryRunner

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from bqml_export.parity._case import Case

QUERY = """
WITH r AS (SELECT x, IF(x < 3, 'rare', 'common') AS label FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS x)
SELECT x, label FROM r -- all of them
"""


def sample(clients: Clients, label: str | None) -> list[Case]:
    """Samples ten rows."""
    runner = QueryRunner(
        clients=clients, location="US", maximum_bytes_billed=None, report=lambda _: None
    )
    return sample_cases(runner, sample_query(QUERY, ["x"], label, 10), ["x"])


def test_the_sample_is_the_same_at_every_run(google_clients: Clients) -> None:
    """And it is not the head of the table."""
    first, second = sample(google_clients, None), sample(google_clients, None)
    assert first == second
    assert len(first) == 10
    assert [case.row["x"] for case in first] != list(range(1, 11))


def test_each_class_has_a_row_however_rare(google_clients: Clients) -> None:
    """Beside the ten rows there is one for each of the two classes."""
    classes = [case for case in sample(google_clients, "label") if case.kind is Kind.CLASS]
    values = sorted(int(str(case.row["x"])) for case in classes)
    assert len(values) == 2
    assert values[0] < 3 <= values[1]
