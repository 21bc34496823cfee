"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from bqml_export.bucket.uri import BucketUri
from bqml_export.errors import UsageError
from bqml_export.model_reference import ModelReference
from bqml_export.settings import Target, emulator_addresses
from foundation.repository.layout import MAX_VERSION

R = TypeVar("R")


def _folder_option(name: str, default: str, text: str) -> Callable[[Any], Any]:
    return click.option(
        f"--{name}",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(default),
        show_default=True,
        envvar=f"BQML_EXPORT_{name.upper().replace('-', '_')}",
        help=text,
    )


def state_dir_option(text: str) -> Callable[[Any], Any]:
    return _folder_option("state-dir", ".bqml", text)


def gathered(
    command: Callable[..., R],
    options: Mapping[str, Callable[[Any], Any]],
    name: str,
    make: Callable[[dict[str, Any]], object],
) -> Callable[..., R]:
    """Returns the command with options added, of which it takes one parameter, `name`.

    `options` has what `click.option` gave by parameter; `make` makes the value of theirs.
    """

    @functools.wraps(command)
    def wrapped(**values: Any) -> R:  # noqa: ANN401 - whatever the options give
        own = {option: values.pop(option) for option in options}
        return command(**{name: make(own)}, **values)

    for option in reversed(list(options.values())):
        wrapped = option(wrapped)
    return wrapped


_TARGET_OPTIONS = {
    "local": click.option(
        "--local",
        is_flag=True,
        envvar="BQML_EXPORT_LOCAL",
        help="Work on this machine, with embedded services, without an account.",
    ),
    "state_dir": state_dir_option("Where --local keeps its data."),
    "project": click.option(
        "--project", envvar="BQML_EXPORT_PROJECT", help="Google Cloud project of jobs."
    ),
    "location": click.option(
        "--location",
        envvar="BQML_EXPORT_LOCATION",
        help="Expected location of dataset and jobs; that of a new bucket.",
    ),
    "impersonate_service_account": click.option(
        "--impersonate-service-account",
        metavar="EMAIL",
        envvar="BQML_EXPORT_IMPERSONATE_SERVICE_ACCOUNT",
        help="Act as this service account.",
    ),
    "retry_timeout_s": click.option(
        "--retry-timeout",
        "retry_timeout_s",
        type=click.FloatRange(min=0, min_open=True),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        envvar="BQML_EXPORT_RETRY_TIMEOUT",
        help="How long transient errors of one call are retried.",
    ),
}


def target_options(command: Callable[..., R]) -> Callable[..., R]:
    return gathered(command, _TARGET_OPTIONS, "target", _target)


def _target(values: dict[str, Any]) -> Target:
    addresses = None if values["local"] else emulator_addresses()
    if values["impersonate_service_account"] and (values["local"] or addresses):
        raise UsageError("--impersonate-service-account has no meaning on this machine")
    bigquery_url, storage_url = addresses or (None, None)
    return Target(**values, bigquery_url=bigquery_url, storage_url=storage_url)


dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Print what would be sent or written, and do nothing."
)

force_option = click.option(
    "--force", is_flag=True, help="Train again, even if this SQL made the model."
)

name_option = click.option(
    "--model", required=True, metavar="NAME", help="The model's name in the repository."
)

root_option = _folder_option("root", "serving_dir", "The model repository to publish into.")

version_option = click.option(
    "--version",
    type=click.IntRange(1, MAX_VERSION),
    help="The version to publish as.  [default: the next free number]",
)


warmup_option = click.option(
    "--warmup-rows",
    type=click.IntRange(0, 1000),
    envvar="BQML_EXPORT_WARMUP_ROWS",
    help="Rows of the training data that servers replay before they serve the version; costs the "
    "bytes of the training query.  [default: 32 with --local, else 0]",
)


def parsed(
    parse: Callable[[str], R], *, optional: bool = False
) -> Callable[[click.Context, click.Parameter, Any], R | None]:
    return lambda _ctx, _parameter, value: None if optional and not value else parse(value)


model_argument = click.argument("model", callback=parsed(ModelReference.parse))

destination_option = click.option(
    "--to",
    "destination",
    metavar="gs://BUCKET[/PREFIX]",
    callback=parsed(BucketUri.parse, optional=True),
    envvar="BQML_EXPORT_BUCKET",
    help="Where to export to.  [default with --local: gs://bqml-exports]",
)
