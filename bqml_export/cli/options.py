"""Options that several commands share."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from bqml_export.bucket.uri import BucketUri
from bqml_export.errors import UsageError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.versions import MAX_VERSION
from bqml_export.settings import Target, emulator_addresses

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

_TARGET_OPTIONS = (
    click.option(
        "--local",
        is_flag=True,
        envvar="BQML_EXPORT_LOCAL",
        help="Work on this machine, with embedded services, without an account.",
    ),
    click.option(
        "--state-dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(".bqml"),
        show_default=True,
        envvar="BQML_EXPORT_STATE_DIR",
        help="Where --local keeps its data.",
    ),
    click.option("--project", envvar="BQML_EXPORT_PROJECT", help="Google Cloud project of jobs."),
    click.option(
        "--location",
        envvar="BQML_EXPORT_LOCATION",
        help="Expected location of dataset and jobs; that of a new bucket.",
    ),
    click.option(
        "--impersonate-service-account",
        metavar="EMAIL",
        envvar="BQML_EXPORT_IMPERSONATE_SERVICE_ACCOUNT",
        help="Act as this service account.",
    ),
    click.option(
        "--retry-timeout",
        "retry_timeout_s",
        type=click.FloatRange(min=0, min_open=True),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        envvar="BQML_EXPORT_RETRY_TIMEOUT",
        help="How long transient errors of one call are retried.",
    ),
)


def target_options(command: Callable[..., R]) -> Callable[..., R]:
    """Adds the options that say where to work; the command takes them as `target: Target`."""

    @functools.wraps(command)
    def wrapped(
        *,
        local: bool,
        state_dir: Path,
        project: str | None,
        location: str | None,
        impersonate_service_account: str | None,
        retry_timeout_s: float,
        **rest: object,
    ) -> R:
        addresses = None if local else emulator_addresses()
        if impersonate_service_account and (local or addresses):
            raise UsageError("--impersonate-service-account has no meaning on this machine")
        target = Target(
            local=local,
            state_dir=state_dir,
            project=project,
            location=location,
            impersonate_service_account=impersonate_service_account,
            retry_timeout_s=retry_timeout_s,
            bigquery_url=addresses[0] if addresses else None,
            storage_url=addresses[1] if addresses else None,
        )
        return command(target=target, **rest)

    for option in reversed(_TARGET_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def json_option(command: Callable[P, R]) -> Callable[P, R]:
    """Adds `--json`; the command takes it as `as_json: bool`."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,
        callback=_remember_json,
        help="Print one JSON document to stdout.",
    )(command)


def _remember_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> bool:
    ctx.meta["as_json"] = value  # where the group looks when the command fails
    return value


def example(*commands: str) -> str:
    """Returns the end of a command's help: how it is typed, lines kept as they are."""
    lines = "\n".join(f"  {command}" for command in commands)
    return f"\b\nExample:\n{lines}"


dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Print what would be sent or written, and do nothing."
)

root_option = click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("serving_dir"),
    show_default=True,
    envvar="BQML_EXPORT_ROOT",
    help="The model repository to publish into.",
)

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


def to_model(_ctx: click.Context, _parameter: click.Parameter, value: str) -> ModelReference:
    """Returns the parsed name of a model; the callback of an argument."""
    return ModelReference.parse(value)


def to_place(_ctx: click.Context, _parameter: click.Parameter, value: str) -> BucketUri:
    """Returns the parsed place in Cloud Storage; the callback of an argument."""
    return BucketUri.parse(value)


def _to_destination(
    _ctx: click.Context, _parameter: click.Parameter, value: str | None
) -> BucketUri | None:
    return BucketUri.parse(value) if value else None


destination_option = click.option(
    "--to",
    "destination",
    metavar="gs://BUCKET[/PREFIX]",
    callback=_to_destination,
    envvar="BQML_EXPORT_BUCKET",
    help="Where to export to.  [default with --local: gs://bqml-exports]",
)
