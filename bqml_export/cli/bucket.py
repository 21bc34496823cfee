"""`bucket`: where exports go."""

from __future__ import annotations

import click

from bqml_export.cli._options import dry_run_option, target_options
from bqml_export.errors import UsageError
from bqml_export.model_reference import ModelReference
from bqml_export.settings import Target
from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document, write_result


@click.group(
    epilog=example("bqml-export bucket create my-project-bqml --dataset bqml_tutorial"),
)
def bucket() -> None:
    """Work with the bucket that exports go to."""


@bucket.command(
    short_help="Create a bucket where a dataset is.",
    epilog=example("bqml-export bucket create my-project-bqml --dataset bqml_tutorial"),
)
@click.argument("name", metavar="NAME")
@click.option(
    "--dataset",
    metavar="[PROJECT.]DATASET",
    help="Create it where this dataset is: BigQuery exports only within one location.",
)
@dry_run_option
@json_option
@target_options
def create(name: str, dataset: str | None, target: Target, *, dry_run: bool, as_json: bool) -> None:
    """Create the bucket NAME in --location, or where --dataset is, with uniform access to it.

    A bucket of that name that is there already, in the same place and project, is left as it is.
    """
    from bqml_export.bucket.creation import create_bucket, plan_bucket, request_body
    from bqml_export.clients import open_clients  # seconds to import
    from bqml_export.warehouse.dataset import dataset_location

    name = name.removeprefix("gs://").rstrip("/")
    # Only the dataset counts; a model's name is what this tool can read.
    model = ModelReference.parse(f"{dataset}.any") if dataset else None
    if model is None and target.location is None:
        raise UsageError(
            "no location was given, and a bucket never moves",
            hint="--dataset DATASET for the location of a dataset, or --location LOCATION",
        )
    with open_clients(target) as clients:
        location = dataset_location(clients, model) if model else target.location or ""
        plan = plan_bucket(clients, name, location)
        action = "nothing" if plan.exists else "send"
        if dry_run:
            request = None if plan.exists else request_body(plan, clients.project)
            write_document({"action": action, "bucket": name, "request": request})
            return
        created = create_bucket(clients, plan)
    state = "exists already in" if plan.exists else "was created in"
    report(f"bucket {name} {state} {created.location}")
    document = {"action": action, "bucket": name, "location": created.location}
    write_result(document, f"gs://{name}", as_json=as_json)
