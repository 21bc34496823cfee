"""`pull`: download an export and publish it."""

from __future__ import annotations

from pathlib import Path

import click

from bqml_export.bucket.uri import BucketUri
from bqml_export.cli._options import (
    dry_run_option,
    name_option,
    parsed,
    root_option,
    target_options,
    version_option,
    warmup_option,
)
from bqml_export.cli._published import planned_document, write_published
from bqml_export.settings import Target
from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document


@click.command(
    epilog=example(
        "bqml-export pull gs://my-bucket/exports/iris --root serving_dir --model iris_model"
    ),
)
@click.argument("source", metavar="gs://BUCKET/PREFIX", callback=parsed(BucketUri.parse))
@root_option
@name_option
@version_option
@warmup_option
@dry_run_option
@json_option
@target_options
def pull(  # noqa: PLR0913 - one parameter per option
    source: BucketUri,
    root: Path,
    model: str,
    version: int | None,
    warmup_rows: int | None,
    target: Target,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Download the export at gs://BUCKET/PREFIX and publish it as the next version of a model.

    Every object's CRC32C is checked. The version folder appears by one rename, complete. A pull
    that was interrupted goes on where it was when it is run again.
    """
    from bqml_export.chain import pull as chain  # seconds to import
    from bqml_export.chain.warmup import WarmupRequest
    from bqml_export.clients import open_clients

    with open_clients(target) as clients:
        plan = chain.plan_pull(clients, source)
        if dry_run:
            files = {stored.path: stored.bytes for stored in plan.objects}
            write_document(planned_document(root, model, version, str(source), files))
            return
        warmup = WarmupRequest(warmup_rows)
        published = chain.pull(clients, plan, root, model, version, report, warmup=warmup)
    write_published(published, as_json=as_json)
