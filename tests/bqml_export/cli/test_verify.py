"""`verify` and `promote`: from a published version to the label `stable`."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bqml_export.cli.conftest import Run
    from tests.bqml_export.conftest import Served

SQL = """
CREATE OR REPLACE MODEL shop.{name}
OPTIONS(model_type='logistic_reg', input_label_cols=['species'], max_iterations=3) AS
SELECT petal_length, petal_width, species FROM `bigquery-public-data.ml_datasets.iris`
"""


@pytest.fixture
def sql_file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A SQL file that makes a model with a name of its own."""
    path = tmp_path / "model.sql"
    name = request.node.name[:40].replace("[", "_").replace("]", "")
    path.write_text(SQL.format(name=name))
    return path


def test_a_version_is_verified_and_becomes_stable(
    run: Run, offline: Run, served: Served, sql_file: Path
) -> None:
    """The table is for people, the label answers at the server."""
    run("up", sql_file, "--root", served.root, "--model", "story")
    options = ("--model", "story", "--root", served.root)
    refused = offline("promote", "story", "--root", served.root)
    assert refused.exit_code == 1
    assert "nobody has compared story version 1" in refused.stderr
    verified = run("verify", *options, "--url", served.url, "--rows", 10, "--wait", 300)
    assert verified.exit_code == 0, verified.stderr
    assert "a row of each class   3" in verified.stdout
    assert "story version 1 at" in verified.stderr
    assert "reading training rows reads " in verified.stderr
    promoted = offline("promote", "story", 1, "--root", served.root)
    assert promoted.stdout == "story: stable is version 1 now\n"
    assert "stable" in offline("ls", "--root", served.root).stdout
    wait_for_label(f"{served.url}/v1/models/story/labels/stable")


def wait_for_label(url: str) -> None:
    """Returns when the server answers for the label."""
    while True:
        try:
            urllib.request.urlopen(url).close()
        except urllib.error.HTTPError:
            continue
        return


def test_up_verifies_and_promotes_in_one_go(run: Run, served: Served, sql_file: Path) -> None:
    """The second run finds everything done and asks nobody again."""
    command = ("up", sql_file, "--root", served.root, "--model", "all", "--rows", 5, "--wait", 300)
    options = ("--verify-url", served.url, "--promote", "stable", "--json")
    first = run(*command, *options)
    assert first.document()["status"] == "published", first.stderr
    assert json.loads((served.root / "all" / "labels.json").read_text()) == {"stable": 1}
    second = run(*command, *options)
    assert second.document()["status"] == "up_to_date"
    assert "has passed the gate at" in second.stderr
    assert "ML.PREDICT" not in second.stderr


def test_a_version_that_fails_is_not_promoted(
    run: Run, offline: Run, served: Served, sql_file: Path
) -> None:
    """No tolerance at all makes it fail: exit code 1, a report, and no label."""
    strict = ("--relative-tolerance", 0, "--absolute-tolerance", 0, "--rows", 5, "--wait", 300)
    up = ("up", sql_file, "--root", served.root, "--model", "strict", "--verify-url", served.url)
    ran = run(*up, "--promote", "stable", *strict)
    assert ran.exit_code == 1
    assert "strict version 1: the endpoint does not answer as ML.PREDICT does" in ran.stderr
    assert not (served.root / "strict" / "labels.json").exists()
    refused = offline("promote", "strict", 1, "--root", served.root)
    assert "strict version 1 failed the parity gate: row 1 of the sample: " in refused.stderr
    forced = offline(
        "promote", "strict", 1, "--root", served.root, "--force", "--reason", "float32"
    )
    assert forced.stdout == "strict: stable is version 1 now, forced\n"
    document = run("verify", "--root", served.root, "--model", "strict", "--json", *strict[:4],
                   "--url", served.url)  # fmt: skip
    assert document.exit_code == 1
    assert document.document()["versions"][0]["verdict"] == "failed"


def test_without_a_server_the_way_out_is_named(run: Run, sql_file: Path, tmp_path: Path) -> None:
    """Exit code 2: they could not be compared. Hashes can be, and queries shown, without one."""
    run("up", sql_file, "--root", tmp_path / "r", "--model", "m")
    options = ("verify", "--root", tmp_path / "r", "--url", "http://127.0.0.1:1")
    ran = run(*options)
    assert ran.exit_code == 2
    assert "error: nothing answers at http://127.0.0.1:1\nhint: start it with `bqml-serve" in (
        ran.stderr
    )
    assert run(*options[:3], "--files-only").exit_code == 0
    ran = run(*options, "--files-only")
    assert (ran.exit_code, ran.stderr) == (2, "error: --url has no meaning with --files-only\n")
    planned = run(*options, "--dry-run").document()["versions"][0]
    assert planned["reads_bytes"] > 0
    assert "FARM_FINGERPRINT" in planned["query"]


def test_an_option_that_would_be_ignored_is_refused(
    offline: Run, sql_file: Path, tmp_path: Path
) -> None:
    """How to compare means nothing where nothing is compared."""
    (tmp_path / "m" / "1").mkdir(parents=True)
    ran = offline("verify", "--root", tmp_path, "--files-only", "--rows", 3)
    assert (ran.exit_code, ran.stderr) == (2, "error: --rows has no meaning with --files-only\n")
    ran = offline("up", sql_file, "--root", tmp_path, "--wait", 3)
    assert (ran.exit_code, ran.stderr) == (2, "error: --wait has no meaning without --verify-url\n")


def test_a_version_that_nobody_can_compare_is_said(run: Run, tmp_path: Path) -> None:
    """A folder without a record is no model of BigQuery."""
    (tmp_path / "m" / "1").mkdir(parents=True)
    ran = run("verify", "--root", tmp_path)
    assert ran.exit_code == 2
    assert "m version 1 has no record to compare with" in ran.stderr


def test_a_dataset_is_listed_with_what_is_published_of_it(
    run: Run, served: Served, sql_file: Path, tmp_path: Path
) -> None:
    """A version of an earlier training is told from one of the model as it is."""
    up = ("up", sql_file, "--root", tmp_path / "r", "--model", "mine")
    run(*up)
    listed = run("ls", "shop", "--root", tmp_path / "r", "--json").document()["models"]
    published = {model["model"]: model["published"] for model in listed if model["published"]}
    assert [[(v["version"], v["current"]) for v in vs] for vs in published.values()] == [
        [(1, True)]
    ]
    run("train", sql_file, "--force")
    assert "mine/1 of an earlier training" in run("ls", "shop", "--root", tmp_path / "r").stdout
