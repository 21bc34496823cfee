"""The public tables that are there at start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bqml_export.embedded.bigquery.backend_client import BackendClient, table_path
from bqml_export.embedded.ml.table import Field

_FOLDER = Path(__file__).resolve().parents[1] / "seed"


@dataclass(frozen=True, slots=True)
class Seed:
    """One table and the CSV file, with a header, that fills it."""

    project: str
    dataset: str
    table: str
    file: str
    fields: tuple[Field, ...]


SEEDS = (
    Seed(
        "bigquery-public-data",
        "ml_datasets",
        "iris",
        "iris.csv",
        (
            Field("sepal_length", "FLOAT64"),
            Field("sepal_width", "FLOAT64"),
            Field("petal_length", "FLOAT64"),
            Field("petal_width", "FLOAT64"),
            Field("species", "STRING"),
        ),
    ),
)


def plant_seeds(backend: BackendClient) -> None:
    """Makes the public tables that are missing, and again those that a kill left half made."""
    for seed in SEEDS:
        path = table_path(seed.project, seed.dataset, seed.table)
        content = (_FOLDER / seed.file).read_bytes()
        expected = len(content.splitlines()) - 1
        backend.ensure_dataset(seed.project, seed.dataset)
        if backend.exists(path):
            if int(backend.call("GET", path).get("numRows") or 0) == expected:
                continue
            backend.delete(path)
        _plant(backend, seed, content)


def _plant(backend: BackendClient, seed: Seed, content: bytes) -> None:
    # Only a first start needs DuckDB's and pyarrow's readers.
    from bqml_export.embedded.bigquery.files import read_files

    loaded = read_files([content], {"sourceFormat": "CSV", "skipLeadingRows": 1}, seed.fields)
    backend.create_table(seed.project, seed.dataset, seed.table, loaded.fields)
    backend.append_parquet(seed.project, seed.dataset, seed.table, loaded.parquet)
