"""The penguin tables, made from the observations that the package `palmerpenguins` ships.

Only its CSV file is read: importing the package would load pandas. Data: Gorman, Williams and
Fraser (2014), Palmer Station LTER, CC0.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from bqml_export.embedded.bigquery.protocol.result_set import ResultSet
from bqml_export.embedded.ml.data.table import Field, Value
from bqml_export.errors import StorageError

_PACKAGE = "palmerpenguins"
_FILE = "data/penguins-raw.csv"
_UNREADABLE_SEX = {"studyName": "PAL0910", "Individual ID": "N36A1", "Island": "Biscoe"}
"""The bird (sexing primers did not amplify) whose sex the station wrote as `.`, and so does
BigQuery; the package has made it NA."""


def _number(text: str) -> Value:
    return float(text)


def _yes(text: str) -> Value:
    return text == "Yes"


# Column of BigQuery's table -> column of the file, its type and how it is read.
_Column = tuple[str, str, "Callable[[str], Value]"]
_MEASURES: Mapping[str, _Column] = {
    "culmen_length_mm": ("Culmen Length (mm)", "FLOAT64", _number),
    "culmen_depth_mm": ("Culmen Depth (mm)", "FLOAT64", _number),
    "flipper_length_mm": ("Flipper Length (mm)", "FLOAT64", _number),
    "body_mass_g": ("Body Mass (g)", "FLOAT64", _number),
    "sex": ("Sex", "STRING", str),
}
_PENGUINS: Mapping[str, _Column] = {
    "species": ("Species", "STRING", str),
    "island": ("Island", "STRING", str),
    **_MEASURES,
}
_NESTS: Mapping[str, _Column] = {
    "study": ("studyName", "STRING", str),
    "bird": ("Individual ID", "STRING", str),
    "species": ("Species", "STRING", str),
    "island": ("Island", "STRING", str),
    "egg_date": ("Date Egg", "DATE", date.fromisoformat),
    "clutch_completed": ("Clutch Completion", "BOOL", _yes),
    **_MEASURES,
    "delta_15_n": ("Delta 15 N (o/oo)", "FLOAT64", _number),
    "delta_13_c": ("Delta 13 C (o/oo)", "FLOAT64", _number),
}


def penguins() -> ResultSet:
    """Returns BigQuery's table `penguins`, 344 birds."""
    return _rows(_PENGUINS, [_with_unreadable_sex(bird) for bird in _birds()])


def penguin_nests() -> ResultSet:
    """Returns a table of our own: the same birds with their nest, its egg date and its clutch."""
    return _rows(_NESTS, _birds())


def _birds() -> list[dict[str, str]]:
    with _file().open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _rows(columns: Mapping[str, _Column], birds: list[dict[str, str]]) -> ResultSet:
    try:
        values = {
            name: [_value(bird[source], read) for bird in birds]
            for name, (source, _, read) in columns.items()
        }
    except (KeyError, ValueError) as exc:
        raise StorageError(f"{_file()} is not the file of palmerpenguins 0.1: {exc}") from exc
    fields = tuple(Field(name, type_) for name, (_, type_, _) in columns.items())
    return ResultSet(fields, values, len(birds))


def _file() -> Path:
    spec = find_spec(_PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / _FILE
        if path.is_file():
            return path
    raise StorageError(
        f"the package {_PACKAGE}, which ships the observations, is not installed",
        hint=f"pip install {_PACKAGE}",
    )


def _with_unreadable_sex(bird: dict[str, str]) -> dict[str, str]:
    return {**bird, "Sex": "."} if _UNREADABLE_SEX.items() <= bird.items() else bird


def _value(text: str, read: Callable[[str], Value]) -> Value:
    return None if text == "NA" else read(text)
