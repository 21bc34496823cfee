"""`describe`: what BigQuery knows about a model."""

from __future__ import annotations

from dataclasses import asdict

import click

from bqml_export.cli._options import model_argument, target_options
from bqml_export.model_reference import ModelReference
from bqml_export.settings import Target
from foundation.cli.options import example, json_option
from foundation.cli.output import write_document, write_table
from foundation.json_types import JsonObject


@click.command(
    epilog=example("bqml-export describe bqml_tutorial.iris_model --project my-project"),
)
@model_argument
@json_option
@target_options
def describe(model: ModelReference, target: Target, *, as_json: bool) -> None:
    """Show the schema, options, metrics and location of MODEL, and whether it can be exported."""
    from bqml_export.clients import open_clients  # seconds to import
    from bqml_export.warehouse import description, exportability

    with open_clients(target) as clients:
        found = description.describe(clients, model)
    reasons = [obstacle.message for obstacle in exportability.obstacles(found)]
    document: JsonObject = {
        **asdict(found),
        "reference": str(found.reference),
        "exportable": not reasons,
        "not_exportable_because": reasons,
    }
    if as_json:
        write_document(document)
        return
    columns = [
        *((column.name, column.type, "feature") for column in found.feature_columns),
        *((column.name, column.type, "transformed") for column in found.transform_columns),
        *((column.name, column.type, "label") for column in found.label_columns),
    ]
    write_table(["COLUMN", "TYPE", "ROLE"], columns)
    write_table(["", ""], _facts(document))


def _facts(document: JsonObject) -> list[list[str]]:
    exportable = "; ".join(document["not_exportable_because"]) or "yes"
    facts = {
        "model": document["reference"],
        "type": document["model_type"],
        "location": document["location"],
        "created": document["created"],
        "iterations": document["iterations"],
        "exportable": exportable,
        **{f"option {name}": value for name, value in document["training_options"].items()},
        **{f"metric {name}": f"{value:.6g}" for name, value in document["metrics"].items()},
    }
    return [[name, str(value)] for name, value in facts.items()]
