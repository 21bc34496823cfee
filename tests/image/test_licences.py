"""The list of licences: every package, and what it says of itself."""

from __future__ import annotations

from email.message import Message
from importlib.metadata import PackageMetadata, distributions
from typing import cast

import pytest

from image.licences import licence, packages


def metadata(*headers: tuple[str, str]) -> PackageMetadata:
    """Returns the metadata of a package."""
    message = Message()
    for name, value in headers:
        message[name] = value
    return cast(PackageMetadata, message)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("License-Expression", "MIT"), ("Classifier", "License :: OSI Approved :: BSD")], "MIT"),
        ([("Classifier", "License :: OSI Approved :: MIT License")], "MIT License"),
        ([("Classifier", "License :: OSI Approved"), ("License", "BSD")], "BSD"),
        ([("License", "Apache License\nVersion 2.0\n...")], "Apache License"),
        ([], "UNKNOWN"),
    ],
)
def test_the_most_exact_statement_is_taken(headers: list[tuple[str, str]], expected: str) -> None:
    """An SPDX expression, else a classifier, else the first line of a text."""
    assert licence(metadata(*headers)) == expected


def test_every_installed_package_is_listed_once() -> None:
    """This environment's, for one."""
    listed = packages(distributions())
    names = [package.name.lower() for package in listed]
    assert names == sorted(names)
    assert {"click", "pydantic", "pyyaml"} <= set(names)
    assert next(p.licence for p in listed if p.name == "pydantic") == "MIT"
