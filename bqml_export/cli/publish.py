"""`publish`: publish an export folder that is on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from bqml_export.cli._options import dry_run_option, name_option, root_option, version_option
from bqml_export.cli._published import planned_document, write_published
from bqml_export.repository.local_copy import copy_export, export_files
from bqml_export.repository.publish import publish as publish_version
from foundation.cli.options import example, json_option
from foundation.cli.output import write_document


@click.command(
    epilog=example("bqml-export publish ./tip_model --root serving_dir --model tip_model"),
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@root_option
@name_option
@version_option
@dry_run_option
@json_option
def publish(
    folder: Path, root: Path, model: str, version: int | None, *, dry_run: bool, as_json: bool
) -> None:
    """Copy the BigQuery ML export in FOLDER into the repository as the next version of a model.

    FOLDER is what `bq extract -m` and `gsutil cp -r` left: saved_model.pb and variables/. What is
    not known about it, such as its SQL, is null in the version's bqml.json.
    """
    if dry_run:
        files = {name: (folder / name).stat().st_size for name in export_files(folder)}
        write_document(planned_document(root, model, version, str(folder), files))
        return
    export_files(folder)  # refuse before anything is created
    published = publish_version(
        root,
        model,
        version,
        source=str(folder),
        fill=lambda incoming: copy_export(folder, incoming),
    )
    write_published(published, as_json=as_json)
