"""Names and numbers in a repository root."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bqml_export.errors import UsageError
from bqml_export.repository.versions import model_folder, models_of, taken_numbers, versions_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "-x", "a b", "ü", "x" * 300])
def test_a_name_that_cannot_be_in_a_url_is_refused(tmp_path: Path, name: str) -> None:
    """A model's name is one segment of a URL and one folder."""
    with pytest.raises(UsageError, match="model name"):
        model_folder(tmp_path, name)


def test_the_folder_of_one_model_is_not_a_root(tmp_path: Path) -> None:
    """The common mistake of giving `serving_dir/model` as the root is named."""
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "saved_model.pb").write_bytes(b"x")
    with pytest.raises(UsageError, match="the folder of one model"):
        model_folder(tmp_path, "m")


def test_versions_are_sorted_by_number(tmp_path: Path) -> None:
    """10 comes after 9; what is no number is no version."""
    for name in ("10", "9", "v1", ".incoming-x", "latest"):
        (tmp_path / "m" / name).mkdir(parents=True)
    assert [version.number for version in versions_of(tmp_path, "m")] == [9, 10]


def test_a_file_with_a_number_takes_it(tmp_path: Path) -> None:
    """A number is taken by whatever bears it."""
    (tmp_path / "3").write_text("a file")
    assert taken_numbers(tmp_path) == {3}


def test_a_root_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    """Nothing was published yet; that is no error."""
    assert models_of(tmp_path / "none") == []
