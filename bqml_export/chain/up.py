"""The whole chain: train, export, pull, publish; what is done already is not done again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bqml_export.bucket.location import require_bucket
from bqml_export.chain import export as exporting
from bqml_export.chain import pull as pulling
from bqml_export.chain.warmup import WarmupWish
from bqml_export.errors import NotSupportedError
from bqml_export.repository.export_kind import ExportKind
from bqml_export.repository.up_to_date import is_published
from bqml_export.repository.versions import model_folder
from bqml_export.warehouse import training
from bqml_export.warehouse.exportability import BOOSTER_FORMAT, destination_format

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.bucket.uri import BucketUri
    from bqml_export.clients import Clients
    from bqml_export.json_types import JsonObject
    from bqml_export.repository.versions import Version
    from bqml_export.warehouse.jobs import Report
    from bqml_export.warehouse.statement import TrainingStatement
    from bqml_export.warehouse.training import TrainingPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What `up` is asked for."""

    statement: TrainingStatement
    root: Path
    model: str
    destination: BucketUri | None
    force: bool
    warmup: WarmupWish = field(default_factory=WarmupWish)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The version that is published, and whether this run did it."""

    version: Version
    published_now: bool


def up(clients: Clients, wish: Wish, report: Report) -> Outcome:
    """Returns the published version after doing what is not done yet.

    Interrupted at any point and run again, it goes on where it was: a job that runs is waited
    for, a model that this very SQL made is not trained again, a finished export is reused.

    Raises:
        NotSupportedError: The model would not be exportable, or not servable.
    """
    plan, destination = _checked(clients, wish)
    trained = training.train(clients, plan, report)
    model = trained.model
    _require_servable(wish.model, model.model_type, transforms=bool(model.transform_columns))
    export_plan = exporting.plan_export(clients, model, destination, always_below=True)
    exported = exporting.export(clients, export_plan, report, sql=wish.statement.sql)
    if version := is_published(wish.root, wish.model, exported.record):
        report(f"{wish.model} is published already as version {version.number}")
        return Outcome(version, published_now=False)
    pull_plan = pulling.plan_pull(clients, exported.place)
    version = pulling.pull(
        clients, pull_plan, wish.root, wish.model, None, report, warmup=wish.warmup
    )
    report(f"published {wish.model} version {version.number} at {version.folder}")
    return Outcome(version, published_now=True)


def _checked(clients: Clients, wish: Wish) -> tuple[TrainingPlan, BucketUri]:
    """Returns the plan of the training and the bucket, before anything is spent on either."""
    statement = wish.statement
    model_folder(wish.root, wish.model)
    _require_servable(wish.model, statement.model_type or "", transforms=statement.transforms)
    plan = training.plan_training(clients, statement, force=wish.force)
    destination = wish.destination or exporting.default_destination(clients)
    require_bucket(clients, destination.bucket, plan.location)
    return plan, destination


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
    plan, destination = _checked(clients, wish)
    train: JsonObject = {"step": "train", "action": plan.action}
    if plan.action == "send":
        train["reads_bytes"] = training.bytes_announced(clients, plan)
        train["request"] = training.request_body(clients, plan)
    publish = {"step": "publish", "to": f"the next version in {wish.root / wish.model}"}
    return [train, _export_step(clients, plan, destination), publish]


def _export_step(clients: Clients, plan: TrainingPlan, destination: BucketUri) -> JsonObject:
    if plan.action != "nothing" or plan.trained is None:
        # The prefix follows from the model that is still to be trained.
        return {"step": "export", "action": "send", "to": f"a fresh prefix below {destination}"}
    export = exporting.plan_export(clients, plan.trained, destination, always_below=True)
    step: JsonObject = {"step": "export", "action": export.action, "to": str(export.place)}
    if export.action == "send":
        step["request"] = exporting.request_body(clients, export)
    return step
