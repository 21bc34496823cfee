"""`ls`: the versions of a repository, or the models of a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bqml_export.cli._options import root_option, target_options
from bqml_export.parity.inventory import Entry, inventory
from bqml_export.settings import Target
from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document, write_table
from foundation.json_types import JsonObject

if TYPE_CHECKING:
    from bqml_export.warehouse.description import ModelDescription

_SHOWN_METRICS = 3
_COLUMNS = ["MODEL", "VERSION", "LABELS", "PARITY", "TYPE", "CREATED", "METRICS", "SOURCE"]


@click.command(
    epilog=example("bqml-export ls --root serving_dir", "bqml-export ls my-project.bqml_tutorial"),
)
@click.argument("dataset", metavar="[DATASET]", required=False)
@root_option
@json_option
@target_options
def ls(dataset: str | None, root: Path, target: Target, *, as_json: bool) -> None:
    """List what is published: models, versions, labels and what `verify` said about them.

    With DATASET, list its models in BigQuery instead, and which of them are published in --root.
    """
    entries = inventory(root, report)
    if dataset is not None:
        _list_dataset(dataset, entries, target, as_json=as_json)
    elif as_json:
        write_document({"root": str(root), "versions": [_document(entry) for entry in entries]})
    elif entries:
        write_table(_COLUMNS, [_row(entry) for entry in entries])
    else:
        report(f"no published version in {root}")


def _list_dataset(dataset: str, entries: list[Entry], target: Target, *, as_json: bool) -> None:
    from bqml_export.clients import open_clients  # seconds to import
    from bqml_export.warehouse.dataset import models_of

    with open_clients(target) as clients:
        models = models_of(clients, dataset)
    if as_json:
        write_document({"models": [_model_document(model, entries) for model in models]})
    elif models:
        rows = [
            [str(model.reference), model.model_type, model.created, _published(model, entries)]
            for model in models
        ]
        write_table(["MODEL", "TYPE", "CREATED", "PUBLISHED AS"], rows)
    else:
        report(f"no model in dataset {dataset}")


def _of(model: ModelDescription, entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.record.model_reference == model.reference]


def _published(model: ModelDescription, entries: list[Entry]) -> str:
    """Returns the versions of `model`; those of an earlier training are marked."""
    shown = []
    for entry in _of(model, entries):
        labels = f" ({', '.join(entry.labels)})" if entry.labels else ""
        earlier = "" if entry.record.created == model.created else " of an earlier training"
        shown.append(f"{entry.version.model}/{entry.version.number}{labels}{earlier}")
    return ", ".join(shown) or "-"


def _model_document(model: ModelDescription, entries: list[Entry]) -> JsonObject:
    return {
        "model": str(model.reference),
        "model_type": model.model_type,
        "created": model.created,
        "published": [
            {**_document(entry), "current": entry.record.created == model.created}
            for entry in _of(model, entries)
        ],
    }


def _document(entry: Entry) -> JsonObject:
    version, record = entry.version, entry.record
    return {
        "model": version.model,
        "version": version.number,
        "labels": list(entry.labels),
        "parity": entry.parity,
        "folder": str(version.folder),
        "model_reference": str(record.model_reference) if record.model_reference else None,
        "model_type": record.model_type,
        "created": record.created,
        "published_at": record.published_at,
        "metrics": record.metrics,
        "source_uri": record.source_uri,
    }


def _row(entry: Entry) -> list[str]:
    record = entry.record
    metrics = list((record.metrics or {}).items())[:_SHOWN_METRICS]
    return [
        entry.version.model,
        str(entry.version.number),
        ", ".join(entry.labels) or "-",
        entry.parity or "-",
        record.model_type or "-",
        record.created or "-",
        ", ".join(f"{name} {value:.4g}" for name, value in metrics) or "-",
        record.source_uri or "-",
    ]
