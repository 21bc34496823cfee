"""The whole chain: train, export, pull, publish; what is done already is not done again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bqml_export.bucket.staging import staging_folder
from bqml_export.chain import export as exporting
from bqml_export.chain import pull as pulling
from bqml_export.chain.preflight import require_ready_bucket
from bqml_export.chain.warmup import WarmupWish
from bqml_export.errors import NotSupportedError
from bqml_export.model_reference import ModelReference
from bqml_export.repository.lock import locked
from bqml_export.repository.up_to_date import is_published
from bqml_export.repository.versions import model_folder
from bqml_export.warehouse import training
from bqml_export.warehouse.description import describe
from bqml_export.warehouse.exportability import BOOSTER_FORMAT, destination_format
from foundation.repository.export_kind import ExportKind

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.bucket.uri import BucketUri
    from bqml_export.chain.export import Exported
    from bqml_export.clients import Clients
    from bqml_export.repository.versions import Version
    from bqml_export.warehouse.description import ModelDescription
    from bqml_export.warehouse.jobs import Report
    from bqml_export.warehouse.statement import TrainingStatement
    from bqml_export.warehouse.training import TrainingPlan
    from foundation.json_types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What `up` is asked for.

    Attributes:
        source: The statement that makes the model, or the name of one that is there.
        root: The repository.
        model: The model's name in it.
        destination: Where to export to; None is the bucket of the embedded project.
        force: Train again, even if this statement made the model.
        warmup: The rows of the training data to leave with the version.
    """

    source: TrainingStatement | ModelReference
    root: Path
    model: str
    destination: BucketUri | None
    force: bool = False
    warmup: WarmupWish = field(default_factory=WarmupWish)


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


def up(clients: Clients, wish: Wish, report: Report) -> Outcome:
    """Returns the published version after doing what is not done yet.

    Interrupted at any point and run again, it goes on where it was: a job that runs is waited
    for, a model that this very SQL made is not trained again, a finished export is reused. Two
    runs at the same moment publish one version.

    Raises:
        NotFoundError: The model, or the dataset of the statement, does not exist.
        NotSupportedError: The model would not be exportable, or not servable.
    """
    start = _checked(clients, wish)
    model = _model(clients, start, report)
    _require_servable(wish.model, model.model_type, transforms=bool(model.transform_columns))
    export_plan = exporting.plan_export(clients, model, start.destination, always_below=True)
    exported = exporting.export(clients, export_plan, report, sql=_sql(wish))
    with locked(
        model_folder(wish.root, wish.model),
        lambda: report(f"waiting for another run that publishes {wish.model}"),
    ):
        return _publish(clients, wish, exported, report)


def _model(clients: Clients, start: _Start, report: Report) -> ModelDescription:
    if start.plan is not None:
        return training.train(clients, start.plan, report).model
    assert start.model is not None
    report(f"model {start.model.reference} was trained at {start.model.created}")
    return start.model


def _sql(wish: Wish) -> str | None:
    return None if isinstance(wish.source, ModelReference) else wish.source.sql


def _publish(clients: Clients, wish: Wish, exported: Exported, report: Report) -> Outcome:
    if version := is_published(wish.root, wish.model, exported.record):
        report(f"{wish.model} is published already as version {version.number}")
        _tidy(wish, exported, report)
        return Outcome(version, published_now=False)
    pull_plan = pulling.plan_pull(clients, exported.place)
    version = pulling.pull(
        clients, pull_plan, wish.root, wish.model, None, report, warmup=wish.warmup
    )
    report(f"published {version} at {version.folder}")
    return Outcome(version, published_now=True)


def _tidy(wish: Wish, exported: Exported, report: Report) -> None:
    """Removes what a run left behind that was killed just after it had published."""
    folder = model_folder(wish.root, wish.model)
    wait = lambda: report(f"waiting for another pull of {exported.place}")  # noqa: E731
    with staging_folder(folder, str(exported.place), wait) as staging:
        staging.remove()


def _checked(clients: Clients, wish: Wish) -> _Start:
    """Returns the start of the chain, before anything is spent on it."""
    model_folder(wish.root, wish.model)
    destination = wish.destination or exporting.default_destination(clients)
    if isinstance(wish.source, ModelReference):
        model = describe(clients, wish.source)
        _require_servable(wish.model, model.model_type, transforms=bool(model.transform_columns))
        return _Start(plan=None, model=model, destination=destination)
    statement = wish.source
    _require_servable(wish.model, statement.model_type or "", transforms=statement.transforms)
    plan = training.plan_training(clients, statement, force=wish.force)
    require_ready_bucket(clients, destination, plan.location)
    return _Start(plan=plan, model=None, destination=destination)


def _require_servable(name: str, model_type: str, *, transforms: bool) -> None:
    """Returns when an export of such a model can be published.

    Raises:
        NotSupportedError: It would be refused at publish.
    """
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


def dry_run(clients: Clients, wish: Wish) -> list[JsonObject]:
    """Returns the steps that `up` would take, with the request bodies that are known already."""
    start = _checked(clients, wish)
    publish: JsonObject = {
        "step": "publish",
        "to": f"the next version in {wish.root / wish.model}",
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
