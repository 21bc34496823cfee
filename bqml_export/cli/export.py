"""`export`: write a model's files to a bucket."""

from __future__ import annotations

import click

from bqml_export.bucket.uri import BucketUri
from bqml_export.cli._options import (
    destination_option,
    dry_run_option,
    model_argument,
    target_options,
)
from bqml_export.model_reference import ModelReference
from bqml_export.settings import Target
from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document, write_result


@click.command(
    epilog=example("bqml-export export bqml_tutorial.iris_model --to gs://my-bucket"),
)
@model_argument
@destination_option
@click.option("--trial-id", type=click.IntRange(min=1), help="Which hyper-parameter trial.")
@dry_run_option
@json_option
@target_options
def export(
    model: ModelReference,
    destination: BucketUri | None,
    trial_id: int | None,
    target: Target,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Export MODEL to Cloud Storage, in the format that fits its type.

    --to names a bucket, in which a fresh prefix is chosen, or the very prefix to fill.

    Before a job is spent everything that would make it fail is looked for and named together: the
    model's type and features, permissions, the locations of model and bucket, a prefix that is not
    free. --dry-run does that much and prints what would be sent. An identical finished export is
    reused.
    """
    from bqml_export.chain import export as chain  # seconds to import
    from bqml_export.clients import open_clients

    with open_clients(target) as clients:
        plan = chain.plan_export_of(clients, model, destination, trial_id=trial_id)
        if dry_run:
            write_document(chain.planned_document(clients, plan))
            return
        exported = chain.export(clients, plan, report)
    document = {
        "model": str(plan.extraction.model.reference),
        "action": exported.action,
        "uri": str(exported.place),
        "trial_id": exported.record.trial_id,
    }
    write_result(document, str(exported.place), as_json=as_json)
