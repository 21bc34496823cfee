"""The whole chain: train, export, pull, publish; what is done already is not done again."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bqml_export.bucket.staging import staging_folder
from bqml_export.bucket.uri import BucketUri
from bqml_export.chain import export as exporting
from bqml_export.chain import pull as pulling
from bqml_export.chain._preflight import require_ready_bucket
from bqml_export.chain.export import Exported
from bqml_export.chain.warmup import WarmupRequest
from bqml_export.clients import Clients
from bqml_export.errors import NotSupportedError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.lock import locked
from bqml_export.repository.up_to_date import is_published
from bqml_export.repository.versions import Version, model_folder
from bqml_export.warehouse import training
from bqml_export.warehouse.description import ModelDescription, describe
from bqml_export.warehouse.exportability import BOOSTER_FORMAT, destination_format
from bqml_export.warehouse.jobs import Report
from bqml_export.warehouse.statement import TrainingStatement
from bqml_export.warehouse.training import TrainingPlan
from foundation.json_types import JsonObject
from foundation.repository.export_kind import ExportKind


@dataclass(frozen=True, slots=True, kw_only=True)
class UpRequest:
    """What `up` is asked for."""

    source: TrainingStatement | ModelReference
    """The statement that makes the model, or the name of one that is there."""
    root: Path
    model: str
    """Its name in the repository."""
    destination: BucketUri | None
    """Where to export to; None is the bucket of the embedded project."""
    force: bool = False
    """Train again, even if this statement made the model."""
    warmup: WarmupRequest = field(default_factory=WarmupRequest)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The version that is published, and whether this run did it."""

    version: Version
    published_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """Where the chain starts: a training, or a model that is there, and where exports go."""

    plan: TrainingPlan | None
    model: ModelDescription | None
    destination: BucketUri


def up(clients: Clients, request: UpRequest, report: Report) -> Outcome:
    """Returns the published version after doing what is not done yet.

    Interrupted at any point and run again, it goes on where it was: a job that runs is waited
    for, a model that this very SQL made is not trained again, a finished export is reused. Two
    runs at the same moment publish one version.

    Raises:
        NotFoundError: The model, or the dataset of the statement, does not exist.
        NotSupportedError: The model would not be exportable, or not servable.
    """
    start = _checked(clients, request)
    model = _model(clients, start, report)
    _require_servable(request.model, model.model_type, transforms=bool(model.transform_columns))
    export_plan = exporting.plan_export(clients, model, start.destination, always_below=True)
    sql = None if isinstance(request.source, ModelReference) else request.source.sql
    exported = exporting.export(clients, export_plan, report, sql=sql)
    with locked(
        model_folder(request.root, request.model),
        lambda: report(f"waiting for another run that publishes {request.model}"),
    ):
        return _publish(clients, request, exported, report)


def _model(clients: Clients, start: _Start, report: Report) -> ModelDescription:
    if start.plan is not None:
        return training.train(clients, start.plan, report).model
    assert start.model is not None
    report(f"model {start.model.reference} was trained at {start.model.created}")
    return start.model


def _publish(clients: Clients, request: UpRequest, exported: Exported, report: Report) -> Outcome:
    if version := is_published(request.root, request.model, exported.record):
        report(f"{request.model} is published already as version {version.number}")
        _tidy(request, exported, report)
        return Outcome(version, published_now=False)
    pull_plan = pulling.plan_pull(clients, exported.place)
    version = pulling.pull(
        clients, pull_plan, request.root, request.model, None, report, warmup=request.warmup
    )
    report(f"published {version} at {version.folder}")
    return Outcome(version, published_now=True)


def _tidy(request: UpRequest, exported: Exported, report: Report) -> None:
    """Removes what a run left behind that was killed just after it had published."""
    folder = model_folder(request.root, request.model)
    wait = lambda: report(f"waiting for another pull of {exported.place}")  # noqa: E731
    with staging_folder(folder, str(exported.place), wait) as staging:
        staging.remove()


def _checked(clients: Clients, request: UpRequest) -> _Start:
    model_folder(request.root, request.model)
    destination = request.destination or exporting.default_destination(clients)
    if isinstance(request.source, ModelReference):
        model = describe(clients, request.source)
        _require_servable(request.model, model.model_type, transforms=bool(model.transform_columns))
        return _Start(plan=None, model=model, destination=destination)
    statement = request.source
    _require_servable(request.model, statement.model_type or "", transforms=statement.transforms)
    plan = training.plan_training(clients, statement, force=request.force)
    require_ready_bucket(clients, destination, plan.location)
    return _Start(plan=plan, model=None, destination=destination)


def _require_servable(name: str, model_type: str, *, transforms: bool) -> None:
    if transforms:
        kind = ExportKind.TRANSFORM_MODEL
    elif destination_format(model_type) == BOOSTER_FORMAT:
        kind = ExportKind.BOOSTER
    else:
        return
    raise NotSupportedError(
        f"model {name} is a {kind.value} and is not served yet",
        hint="`train` and `export` still work for it, each on its own",
    )


def dry_run(clients: Clients, request: UpRequest) -> list[JsonObject]:
    """Returns the steps that `up` would take, with the request bodies that are known already."""
    start = _checked(clients, request)
    publish: JsonObject = {
        "step": "publish",
        "to": f"the next version in {request.root / request.model}",
    }
    if start.plan is None:
        return [_export_step(clients, start.model, start.destination), publish]
    plan = start.plan
    train: JsonObject = {"step": "train", "action": plan.action}
    if plan.action == "send":
        train["reads_bytes"] = training.bytes_announced(clients, plan)
        train["request"] = training.request_body(clients, plan)
    trained = plan.trained if plan.action == "nothing" else None
    return [train, _export_step(clients, trained, start.destination), publish]


def _export_step(
    clients: Clients, model: ModelDescription | None, destination: BucketUri
) -> JsonObject:
    if model is None:
        # The prefix follows from the model that is still to be trained.
        return {"step": "export", "action": "send", "to": f"a fresh prefix below {destination}"}
    export = exporting.plan_export(clients, model, destination, always_below=True)
    step: JsonObject = {"step": "export", "action": export.action, "to": str(export.place)}
    if export.action == "send":
        step["request"] = exporting.request_body(clients, export)
    return step
