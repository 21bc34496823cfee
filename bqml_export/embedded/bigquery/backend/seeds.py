"""The public tables that are there at start, in `bigquery-public-data.ml_datasets`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bqml_export.embedded.bigquery.backend.client import BackendClient, table_path
from bqml_export.embedded.bigquery.backend.penguins import penguin_nests, penguins
from bqml_export.embedded.bigquery.protocol.result_set import ResultSet
from bqml_export.embedded.ml.data.table import Field
from bqml_export.errors import StorageError

PROJECT = "bigquery-public-data"
DATASET = "ml_datasets"
_IRIS = Path(__file__).resolve().parents[2] / "seed" / "iris.csv"


@dataclass(frozen=True, slots=True)
class Seed:
    """One table and where its rows come from."""

    table: str
    rows: Callable[[], ResultSet]


def iris() -> ResultSet:
    with _IRIS.open(encoding="utf-8", newline="") as lines:
        flowers = list(csv.DictReader(lines))
    types = {name: "STRING" if name == "species" else "FLOAT64" for name in flowers[0]}
    columns = {
        name: [flower[name] if type_ == "STRING" else float(flower[name]) for flower in flowers]
        for name, type_ in types.items()
    }
    return ResultSet(tuple(Field(*column) for column in types.items()), columns, len(flowers))


SEEDS = (Seed("iris", iris), Seed("penguins", penguins), Seed("penguin_nests", penguin_nests))


def plant_seeds(backend: BackendClient) -> None:
    """Makes the public tables that are missing, and again those that a kill left half made.

    A table whose source cannot be read is left out, and standard error says which and why.
    """
    backend.ensure_dataset(PROJECT, DATASET)
    for seed in SEEDS:
        try:
            rows = seed.rows()
        except StorageError as exc:
            name = f"{PROJECT}.{DATASET}.{seed.table}"
            print(f"warning: the public table {name} is not there: {exc}", file=sys.stderr)
            continue
        _plant(backend, seed.table, rows)


def _plant(backend: BackendClient, table: str, rows: ResultSet) -> None:
    path = table_path(PROJECT, DATASET, table)
    if backend.exists(path):
        if int(backend.call("GET", path).get("numRows") or 0) == rows.num_rows:
            return
        backend.delete(path)
    # Only a first start needs pyarrow.
    from bqml_export.embedded.bigquery.backend.parquet import write_parquet

    backend.create_table(PROJECT, DATASET, table, rows.fields)
    backend.append_parquet(PROJECT, DATASET, table, write_parquet(rows))
