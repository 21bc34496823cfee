"""Lists every installed Python package with its version and licence: `python -m image.licences`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageMetadata, distributions

_CLASSIFIER = "License :: "
_FAMILIES = ("OSI Approved :: ", "OSI Approved")
_SHORT = 60


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One installed package."""

    name: str
    version: str
    licence: str
    """An SPDX expression where the package gives one, else what it says of itself."""


def packages(found: Iterable[Distribution]) -> list[Package]:
    every = {Package(meta["Name"], meta["Version"], licence(meta))
             for meta in (distribution.metadata for distribution in found)}  # fmt: skip
    return sorted(every, key=lambda package: package.name.lower())


def licence(meta: PackageMetadata) -> str:
    """Returns the licence that a package's metadata declares, or `UNKNOWN`."""
    if "License-Expression" in meta:
        return meta["License-Expression"]
    named = [
        _family(text) for text in meta.get_all("Classifier") or () if text.startswith(_CLASSIFIER)
    ]
    stated = [text for text in named if text]
    if stated:
        return "; ".join(stated)
    text = meta["License"].strip() if "License" in meta else ""
    # Some put the whole text of the licence there: its first line is its name.
    return text.splitlines()[0][:_SHORT] if text else "UNKNOWN"


def _family(classifier: str) -> str:
    text = classifier.removeprefix(_CLASSIFIER)
    for family in _FAMILIES:
        text = text.removeprefix(family)
    return text


def main() -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["package", "version", "licence"])
    writer.writerows((p.name, p.version, p.licence) for p in packages(distributions()))


if __name__ == "__main__":
    main()
