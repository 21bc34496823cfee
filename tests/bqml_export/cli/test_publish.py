"""`publish`, `ls` and `verify --files-only` on a folder that people already have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bqml_export.cli.conftest import Run


def test_a_real_export_is_published_listed_and_verified(
    offline: Run, real_exports: Path, tmp_path: Path
) -> None:
    """The story of somebody who has used `bq extract -m` before."""
    arguments = ("publish", real_exports / "tip_linear_reg", "--root", tmp_path, "--model", "tip")
    assert offline(*arguments).stdout.strip() == str(tmp_path / "tip" / "1")
    assert offline(*arguments, "--json").document()["version"] == 2
    table = offline("ls", "--root", tmp_path).stdout
    assert [line.split()[:2] for line in table.splitlines()[2:]] == [["tip", "1"], ["tip", "2"]]
    assert offline("verify", "--root", tmp_path, "--files-only").exit_code == 0


def test_a_dry_run_writes_nothing(offline: Run, real_exports: Path, tmp_path: Path) -> None:
    """It prints the folder and every file with its size."""
    root = tmp_path / "root"
    export = real_exports / "iris_logistic_reg"
    ran = offline("publish", export, "--root", root, "--model", "iris", "--dry-run")
    document = ran.document()
    assert document["folder"] == str(root / "iris" / "1")
    assert document["files"]["saved_model.pb"] == (export / "saved_model.pb").stat().st_size
    assert not root.exists()


def test_damage_is_found(offline: Run, real_exports: Path, tmp_path: Path) -> None:
    """`verify --files-only` names the version and the file, and ends with exit code 1."""
    export = real_exports / "iris_logistic_reg"
    offline("publish", export, "--root", tmp_path, "--model", "iris")
    (tmp_path / "iris" / "1" / "variables" / "variables.index").write_bytes(b"x")
    ran = offline("verify", "--root", tmp_path, "--model", "iris", "--files-only")
    assert ran.exit_code == 1
    assert "changed variables/variables.index" in ran.stderr
    assert "error: damaged: iris version 1" in ran.stderr
    for_machines = offline("verify", "--root", tmp_path, "--files-only", "--json")
    assert for_machines.exit_code == 1
    assert for_machines.document()["versions"][0]["changed"] == ["variables/variables.index"]


def test_a_refused_folder_leaves_no_trace(offline: Run, real_exports: Path, tmp_path: Path) -> None:
    """A TRANSFORM model is refused with exit code 3 before anything is created."""
    export = real_exports / "linear_reg_transform"
    ran = offline("publish", export, "--root", tmp_path / "root", "--model", "m")
    assert ran.exit_code == 3
    assert "trained with TRANSFORM" in ran.stderr
    assert not (tmp_path / "root").exists()


def test_a_damaged_record_does_not_hide_the_other_models(offline: Run, tmp_path: Path) -> None:
    """`ls` warns about it and lists the rest; models without a record are listed too."""
    for name in ("a", "b"):
        (tmp_path / name / "1").mkdir(parents=True)
    (tmp_path / "a" / "1" / "bqml.json").write_text("{")
    ran = offline("ls", "--root", tmp_path, "--json")
    assert [version["model"] for version in ran.document()["versions"]] == ["a", "b"]
    assert "warning: " in ran.stderr
