"""The built wheel is what a user installs: it is complete and serves without a checkout."""

from __future__ import annotations

import json
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.installed_wheel import ROOT, InstalledWheel

if TYPE_CHECKING:
    from tests.conftest import SharedService

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
COMMANDS = PROJECT["project"]["scripts"]
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
ROW = {"sepal_length": 5.0, "sepal_width": 2.0, "petal_length": 3.5, "petal_width": 1.0}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_help(wheel: InstalledWheel, command: str) -> None:
    """From an empty folder."""
    assert wheel.run(command, "--help").stdout.startswith(f"Usage: {command} ")


def test_every_file_of_the_packages_is_in_it(wheel: InstalledWheel) -> None:
    """Templates, schemas and settings files too; nothing else but the metadata."""
    with zipfile.ZipFile(wheel.file) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*"))
    expected = {path for path in files if path.is_file() and "__pycache__" not in path.parts}
    assert found == {str(path.relative_to(ROOT)) for path in expected}


def test_nothing_comes_from_the_checkout(wheel: InstalledWheel) -> None:
    """Otherwise the other tests here would prove nothing."""
    code = f"import {', '.join(PACKAGES)}; print([p.__file__ for p in ({', '.join(PACKAGES)},)])"
    files = wheel.run("python", "-c", code).stdout
    assert str(ROOT) not in files
    assert files.count(str(wheel.bin.parent)) == len(PACKAGES)


def test_it_serves_a_prediction(wheel: InstalledWheel, iris_service: SharedService) -> None:
    """The service whose answer is read runs from the wheel."""
    command = Path(f"/proc/{iris_service.pid}/cmdline").read_bytes().split(b"\0")
    assert str(wheel.bin).encode() in command[0]
    assert command[1] == bytes(wheel.bin / "bqml-serve")
    body = json.dumps({"instances": [ROW]}).encode()
    url = f"{iris_service.url}/v1/models/iris_model:predict"
    with urllib.request.urlopen(url, body, timeout=60) as answer:
        (prediction,) = json.load(answer)["predictions"]
    assert prediction["predicted_species"] == ["versicolor"]
