"""The gate: ask both sides about the same rows, compare, and keep a report."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bqml_export.errors import GateError, NotFoundError
from bqml_export.parity.case import Case, Kind
from bqml_export.parity.comparison import Tolerance
from bqml_export.parity.endpoint import Endpoint, Refusal
from bqml_export.parity.forced_rows import forced_cases
from bqml_export.parity.outcome import Outcome, Status, judged
from bqml_export.parity.report import FAILED, PASSED, KindCount, ParityReport, files_digest
from bqml_export.parity.sendable import Sendable, to_sendable
from bqml_export.parity.training_sample import sample_cases, sample_question
from bqml_export.parity.warehouse_side import (
    feature_means,
    prediction_question,
    warehouse_predictions,
)
from bqml_export.repository.record import tool_version
from bqml_export.warehouse.announced_query import Asker, Question
from bqml_export.warehouse.description import describe
from bqml_export.warehouse.statement import read_statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bqml_export.clients import Clients
    from bqml_export.json_types import JsonObject
    from bqml_export.parity.prediction import Prediction
    from bqml_export.parity.subject import Subject
    from bqml_export.warehouse.jobs import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What to compare, and how strictly.

    Attributes:
        url: The server of the endpoint.
        rows: How many rows of the training query to sample.
        query: A query whose rows take the place of those of the training query, or None.
        tolerance: How far two numbers may be apart.
        maximum_bytes_billed: What a query of the gate may read; None is unlimited.
        wait_s: How long the server may take to load the version.
    """

    url: str
    rows: int = 100
    query: str | None = None
    tolerance: Tolerance = field(default_factory=Tolerance)
    maximum_bytes_billed: int | None = None
    wait_s: float = 60.0


def examine(
    clients: Clients, subject: Subject, wanted: Examination, report: Report
) -> ParityReport:
    """Returns the report about a version that is served.

    Raises:
        GateError: The two could not be compared: no server, no rows, or another model.
        BqmlExportError: BigQuery refuses a query, or its job fails.
    """
    version = subject.version
    endpoint = Endpoint(url=wanted.url, model=version.model, version=version.number)
    endpoint.wait_until_available(wanted.wait_s, report)
    _require_same_model(clients, subject)
    asker = _asker(clients, subject, wanted, report)
    sample = sample_cases(asker, _sample(subject, wanted), _feature_names(subject))
    if not sample:
        raise GateError("the training query has no rows", hint="give others with --rows-from")
    cases = [*sample, *forced_cases(subject.leaves, _base(subject, sample))]
    question = prediction_question(subject.model, subject.record.trial_id, subject.leaves, cases)
    expected = warehouse_predictions(asker, question, subject.outputs)
    sendables = _sendables(subject, cases, feature_means(asker, subject.model))
    report(f"asking {wanted.url} about {sum(one.instance is not None for one in sendables)} rows")
    outcomes = _outcomes(subject, cases, sendables, expected, endpoint, wanted.tolerance)
    return _report(subject, wanted, outcomes, len(sample))


def dry_run(clients: Clients, subject: Subject, wanted: Examination) -> JsonObject:
    """Returns the queries that `examine` would send first, and what they would read."""
    asker = _asker(clients, subject, wanted, lambda _: None)
    question = _sample(subject, wanted)
    return {
        "model": subject.version.model,
        "version": subject.version.number,
        "url": wanted.url,
        "warehouse_model": str(subject.model),
        "reads_bytes": asker.bytes_announced(question),
        "query": question.sql,
        "predict": prediction_question(
            subject.model, subject.record.trial_id, subject.leaves, []
        ).sql,
    }


def _asker(clients: Clients, subject: Subject, wanted: Examination, report: Report) -> Asker:
    return Asker(
        clients=clients,
        location=subject.record.location,
        maximum_bytes_billed=wanted.maximum_bytes_billed,
        report=report,
    )


def _require_same_model(clients: Clients, subject: Subject) -> None:
    """Returns when the model in the warehouse is the one that the version was exported from."""
    record, name = subject.record, f"{subject.version.model} version {subject.version.number}"
    if record.engine != clients.engine:
        here, there = ("without", "BigQuery") if clients.owns_project else ("with", "embedded")
        raise GateError(f"{name} was trained by the {there} engine", hint=f"run it {here} --local")
    try:
        found = describe(clients, subject.model)
    except NotFoundError as exc:
        raise GateError(f"the model of {name} is gone: {exc.message}", hint=exc.hint) from exc
    if record.created is not None and found.created != record.created:
        raise GateError(
            f"{subject.model} was trained again at {found.created}; {name} is of {record.created}",
            hint="`bqml-export deploy` publishes the newer model as the next version",
        )


def _sample(subject: Subject, wanted: Examination) -> Question:
    query = wanted.query or _training_query(subject)
    label = subject.outputs.label if subject.classifies else None
    return sample_question(query, _feature_names(subject), label, wanted.rows)


def _training_query(subject: Subject) -> str:
    query = read_statement(subject.record.sql).query if subject.record.sql else None
    if query is None:
        raise GateError(
            f"the training query of {subject.model} is not known",
            hint="give a query with rows to compare: --rows-from FILE.sql",
        )
    return query


def _feature_names(subject: Subject) -> list[str]:
    return [column.name for column in subject.features]


def _base(subject: Subject, sample: Sequence[Case]) -> JsonObject:
    """Returns the sampled row with the fewest NULLs, which forced rows change in one place."""
    fewest = min(sample, key=lambda case: sum(leaf.of(case.row) is None for leaf in subject.leaves))
    return dict(fewest.row)


def _sendables(subject: Subject, cases: Sequence[Case], means: dict[str, float]) -> list[Sendable]:
    return [to_sendable(case.row, subject.inputs, means) for case in cases]


def _outcomes(
    subject: Subject,
    cases: Sequence[Case],
    sendables: Sequence[Sendable],
    expected: dict[int, Prediction],
    endpoint: Endpoint,
    tolerance: Tolerance,
) -> list[Outcome]:
    instances = [one.instance for one in sendables if one.instance is not None]
    answers = iter(endpoint.predict(instances, subject.signature))
    outcomes = []
    for number, (case, sendable) in enumerate(zip(cases, sendables, strict=True)):
        warehouse = expected[number]
        if sendable.instance is None:
            status, detail = Status.NOT_REPRESENTABLE, sendable.obstacle or ""
            outcomes.append(Outcome(case=case, status=status, detail=detail, warehouse=warehouse))
            continue
        answer = next(answers)
        if isinstance(answer, Refusal):
            status = Status.NOT_REPRESENTABLE if case.limit else Status.REFUSED
            outcomes.append(
                Outcome(case=case, status=status, detail=answer.text, warehouse=warehouse)
            )
            continue
        given = _parsed(subject, answer, endpoint)
        outcomes.append(judged(case, sendable.substituted, warehouse, given, tolerance))
    return outcomes


def _parsed(subject: Subject, answer: object, endpoint: Endpoint) -> Prediction:
    try:
        return subject.outputs.of_endpoint(answer)
    except (KeyError, TypeError, ValueError, IndexError) as exc:
        raise GateError(
            f"{endpoint.url} answers with other outputs than {subject.version.model} version "
            f"{subject.version.number} has: {str(answer)[:200]}",
            hint="it serves another model under this name and version",
        ) from exc


def _report(
    subject: Subject, wanted: Examination, outcomes: Sequence[Outcome], training_rows: int
) -> ParityReport:
    agree = any(one.status is Status.AGREES for one in outcomes)
    fails = any(one.status.fails for one in outcomes)
    return ParityReport(
        model=subject.version.model,
        version=subject.version.number,
        verdict=PASSED if agree and not fails else FAILED,
        files_sha256=files_digest(subject.files),
        created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        tool_version=tool_version(),
        url=wanted.url,
        warehouse_model=str(subject.model),
        engine=subject.record.engine or "",
        absolute_tolerance=wanted.tolerance.absolute,
        relative_tolerance=wanted.tolerance.relative,
        training_rows=training_rows,
        kinds=tuple(_count(kind, outcomes) for kind in Kind),
        exceptions=tuple(o.document() for o in outcomes if o.status is not Status.AGREES),
    )


def _count(kind: Kind, outcomes: Sequence[Outcome]) -> KindCount:
    own = [one for one in outcomes if one.case.kind is kind]
    by_status = {status.name.lower(): sum(one.status is status for one in own) for status in Status}
    used = [one.tolerance_used for one in own if one.status in (Status.AGREES, Status.SUBSTITUTED)]
    return KindCount(kind=kind.value, tolerance_used=max(used, default=None), **by_status)
