"""`bucket create`: once, where a dataset is."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.storage", reason="needs the extra [gcp]")

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from tests.bqml_export.cli.conftest import Run


@pytest.fixture
def name() -> str:
    """A name that no bucket has."""
    return f"new-{secrets.token_hex(6)}"


def test_it_is_created_where_the_dataset_is(run: Run, google_clients: Clients, name: str) -> None:
    """The second run finds it and says so."""
    google_clients.bigquery.create_dataset("in_europe_" + name[4:])
    arguments = ("bucket", "create", name, "--dataset", "in_europe_" + name[4:], "--json")
    expected = google_clients.bigquery.get_dataset("in_europe_" + name[4:]).location
    first, second = run(*arguments).document(), run(*arguments).document()
    assert first == {"action": "send", "bucket": name, "location": expected}
    assert second == {**first, "action": "nothing"}


def test_a_dry_run_sends_nothing(run: Run, google_clients: Clients, name: str) -> None:
    """It prints the body of buckets.insert."""
    printed = run("bucket", "create", name, "--location", "eu", "--dry-run").document()
    assert printed["request"]["body"]["location"] == "EU"
    assert not google_clients.storage.bucket(name).exists()


def test_people_get_its_address(run: Run, name: str) -> None:
    """Which is what --to wants; a gs:// before the name does no harm."""
    ran = run("bucket", "create", f"gs://{name}/", "--location", "US")
    assert (ran.stdout, ran.stderr) == (f"gs://{name}\n", f"bucket {name} was created in US\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["x1y"], "no location was given"),
        (["Upper", "--location", "US"], "'Upper' is not a bucket name"),
        (["x1y", "--dataset", "none"], "dataset local.none does not exist"),
        (["x1y", "--dataset", "a.b.c.d"], "is not a model name"),
    ],
)
def test_what_cannot_be_is_a_line(run: Run, arguments: list[str], line: str) -> None:
    """With a hint, before anything is sent."""
    ran = run("bucket", "create", *arguments)
    assert ran.exit_code != 0
    assert line in ran.stderr
    assert "hint: " in ran.stderr
