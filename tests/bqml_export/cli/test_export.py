"""`export`: what would be sent, what was done, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

if TYPE_CHECKING:
    from tests.bqml_export.cli.conftest import Run


@pytest.mark.usefixtures("tiny_model")
def test_a_dry_run_prints_the_job_and_sends_none(run: Run, bucket: str) -> None:
    """The body is that of jobs.insert; afterwards the same id is the job's."""
    arguments = ("export", "shop.tiny", "--to", f"gs://{bucket}/p")
    printed = run(*arguments, "--dry-run").document()
    assert (printed["action"], printed["reads_bytes"]) == ("send", 0)
    extract = printed["request"]["configuration"]["extract"]
    assert extract["destinationUris"] == [f"gs://{bucket}/p"]
    done = run(*arguments, "--json").document()
    assert done == {
        "model": "local.shop.tiny",
        "action": "send",
        "uri": f"gs://{bucket}/p",
        "trial_id": None,
    }
    assert run(*arguments, "--dry-run").document()["action"] == "nothing"


@pytest.mark.usefixtures("tiny_model")
def test_everything_that_stands_in_the_way_is_printed(run: Run, bucket: str) -> None:
    """One line each for people, a list for machines, and an exit code of its own."""
    arguments = ("export", "shop.tiny", "--to", f"gs://{bucket}", "--trial-id", 3)
    ran = run(*arguments, "--location", "EU")
    lines = ran.stderr.splitlines()
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert lines[0] == "error: the export of local.shop.tiny would fail for 2 reasons"
    assert [line[:2] for line in lines[1:]] == ["- ", "- "]
    error = run(*arguments, "--location", "EU", "--json").document()["error"]
    assert [set(problem) for problem in error["problems"]] == [{"message", "hint"}] * 2


def test_one_thing_in_the_way_is_one_line(run: Run, bucket: str) -> None:
    """And a hint."""
    ran = run("export", "shop.none_such", "--to", f"gs://{bucket}")
    assert ran.exit_code == 4
    assert ran.stderr.startswith("error: model local.shop.none_such does not exist\nhint: ")
