"""The gate between real services: what passes, what fails, what cannot be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.errors import EndpointError, GateError, UsageError
from bqml_export.parity.comparison import Examination
from bqml_export.parity.gate import dry_run, examine
from bqml_export.parity.subject import read_subject
from tests.bqml_export.parity.conftest import BINARY_SQL, MIXED_SQL, SPECIES_SQL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bqml_export.clients import Clients
    from bqml_export.parity.report import KindCount, ParityReport
    from bqml_export.repository.versions import Version
    from tests.bqml_export.conftest import Served

    Publish = Callable[[str, Path, str], Version]


def gate(clients: Clients, version: Version, url: str, **changes: object) -> ParityReport:
    """Runs the gate for a version."""
    settings = {"rows": 20, "wait_s": 300.0, **changes}
    wanted = Examination(url=url, **settings)  # type: ignore[arg-type]
    return examine(clients, read_subject(version), wanted, lambda _: None)


def counts(report: ParityReport) -> dict[str, KindCount]:
    """Returns the counts of a report by kind."""
    return {count.kind: count for count in report.kinds}


def test_a_regression_with_every_feature_type_passes(
    google_clients: Clients, publish: Publish, served: Served
) -> None:
    """NULLs agree under substitution, but for a BOOL, which no request can leave open."""
    report = gate(google_clients, publish(MIXED_SQL, served.root, "mixed"), served.url)
    assert report.passed, report.failures
    found = counts(report)
    assert found["training rows"].agrees + found["training rows"].substituted == 20
    assert found["NULL"].substituted == 5
    assert found["NULL"].not_representable == 2
    assert found["unseen category"].agrees == 2
    assert found["extreme number"].not_representable <= 4


@pytest.fixture(scope="module")
def species(publish: Publish, served: Served) -> Version:
    """A classifier that is served, with texts as labels."""
    return publish(SPECIES_SQL, served.root, "species")


@pytest.fixture(scope="module")
def binary(publish: Publish, served: Served) -> Version:
    """A classifier that is served, with integers as labels, which the export has as texts."""
    return publish(BINARY_SQL, served.root, "binary")


@pytest.mark.parametrize(("name", "classes"), [("species", 3), ("binary", 2)])
def test_every_class_of_a_classifier_is_compared(
    google_clients: Clients,
    served: Served,
    request: pytest.FixtureRequest,
    name: str,
    classes: int,
) -> None:
    """With texts as labels, and with integers."""
    report = gate(google_clients, request.getfixturevalue(name), served.url)
    assert report.passed, report.failures
    found = counts(report)["a row of each class"]
    assert found.agrees == classes
    assert found.tolerance_used is not None
    assert found.tolerance_used < 1


def test_another_model_under_the_same_name_fails(
    google_clients: Clients, publish: Publish, served: Served, tmp_path: Path
) -> None:
    """The server answers in the right form and with the wrong numbers."""
    sql = SPECIES_SQL.replace("shop.species", "shop.shorter")
    publish(sql.replace("max_iterations=5", "max_iterations=2"), served.root, "other")
    version = publish(SPECIES_SQL, tmp_path, "other")
    report = gate(google_clients, version, served.url)
    assert report.verdict == "failed"
    assert counts(report)["training rows"].differs > 0
    assert "in place of" in report.failures[0]["detail"]


def test_a_model_with_other_inputs_under_the_same_name_fails(
    google_clients: Clients, publish: Publish, served: Served, binary: Version, tmp_path: Path
) -> None:
    """Every row is refused, with the server's words."""
    version = publish(SPECIES_SQL, tmp_path, binary.model)
    report = gate(google_clients, version, served.url)
    assert counts(report)["training rows"].refused == 20
    assert "petal_width" in report.failures[0]["detail"]


def test_other_outputs_under_the_same_name_are_no_comparison(
    google_clients: Clients, publish: Publish, served: Served, tmp_path: Path
) -> None:
    """The server has a model of another kind there."""
    sql = SPECIES_SQL.replace("shop.species", "shop.kind").replace("logistic", "linear")
    publish(sql.replace(", species", ", 1 AS species"), served.root, "kind")
    version = publish(SPECIES_SQL, tmp_path, "kind")
    with pytest.raises(GateError, match="answers with other outputs than kind version 1 has"):
        gate(google_clients, version, served.url)


def test_a_model_that_was_trained_again_is_not_compared(
    google_clients: Clients, publish: Publish, served: Served
) -> None:
    """ML.PREDICT would answer for another model."""
    sql = SPECIES_SQL.replace("shop.species", "shop.again")
    version = publish(sql, served.root, "again")
    google_clients.bigquery.query_and_wait(sql)
    with pytest.raises(GateError, match=r"shop\.again was trained again at "):
        gate(google_clients, version, served.url)


def test_the_rows_may_come_from_another_query(
    google_clients: Clients, served: Served, species: Version
) -> None:
    """For a training query that is unknown, or too dear."""
    query = "SELECT 1.5 AS petal_length, NULL AS petal_width, 'setosa' AS species"
    report = gate(google_clients, species, served.url, query=query)
    assert report.training_rows == 2
    with pytest.raises(GateError, match="has no rows"):
        gate(google_clients, species, served.url, query=f"SELECT * FROM ({query}) LIMIT 0")


def test_a_version_that_is_not_served_is_said(
    google_clients: Clients, publish: Publish, served: Served, tmp_path: Path
) -> None:
    """With what the server says about it."""
    version = publish(SPECIES_SQL, tmp_path, "elsewhere")
    with pytest.raises(EndpointError, match="version 1 of elsewhere is not served at"):
        gate(google_clients, version, served.url, wait_s=0)


def test_a_sample_that_costs_too_much_is_not_read(
    google_clients: Clients, served: Served, species: Version
) -> None:
    """The announcement is compared before the query is sent."""
    with pytest.raises(UsageError, match=r"reading training rows would read [\d,]+ bytes and 1 "):
        gate(google_clients, species, served.url, maximum_bytes_billed=1)


def test_a_dry_run_shows_the_queries(
    google_clients: Clients, publish: Publish, tmp_path: Path
) -> None:
    """It needs no server."""
    version = publish(SPECIES_SQL, tmp_path, "dry")
    wanted = Examination(url="http://127.0.0.1:1", rows=7)
    document = dry_run(google_clients, read_subject(version), wanted)
    assert "LIMIT 7" in document["query"]
    assert "ML.PREDICT(MODEL `local.shop.species`" in document["predict"]
