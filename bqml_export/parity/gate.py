"""The gate: ask both sides about the same rows, compare, and say what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from bqml_export.clients import Clients
from bqml_export.errors import GateError, NotFoundError
from bqml_export.parity._case import Case, Row
from bqml_export.parity._endpoint import Endpoint
from bqml_export.parity._forced_rows import forced_cases
from bqml_export.parity._outcome import summarized
from bqml_export.parity._sendable import to_sendable
from bqml_export.parity._sides import (
    ask,
    feature_means,
    prediction_query,
    warehouse_predictions,
)
from bqml_export.parity._training_sample import sample_cases, sample_query
from bqml_export.parity.comparison import Examination
from bqml_export.parity.report import ParityReport
from bqml_export.parity.subject import Subject
from bqml_export.warehouse.description import describe
from bqml_export.warehouse.jobs import Report
from bqml_export.warehouse.query import OwnQuery, QueryRunner
from bqml_export.warehouse.statement import read_statement
from foundation.json_types import JsonObject


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
    runner = _runner(clients, subject, wanted, report)
    sample = sample_cases(runner, _sample(subject, wanted), subject.feature_names)
    if not sample:
        raise GateError("the training query has no rows", hint="give others with --rows-from")
    cases = [*sample, *forced_cases(subject.leaves, _fewest_nulls(subject, sample))]
    query = prediction_query(subject, cases)
    expected = warehouse_predictions(runner, query, subject.outputs)
    means = feature_means(runner, subject.model)
    sendables = [to_sendable(case, subject.inputs, means) for case in cases]
    report(f"asking {wanted.url} about {sum(one.instance is not None for one in sendables)} rows")
    outcomes = ask(endpoint, subject, sendables, expected, wanted.tolerance)
    return summarized(subject, wanted, outcomes, len(sample))


def dry_run(clients: Clients, subject: Subject, wanted: Examination) -> JsonObject:
    """Returns the queries that `examine` would send first, and what they would read."""
    runner = _runner(clients, subject, wanted, lambda _: None)
    query = _sample(subject, wanted)
    return {
        "model": subject.version.model,
        "version": subject.version.number,
        "url": wanted.url,
        "warehouse_model": str(subject.model),
        "reads_bytes": runner.bytes_announced(query),
        "query": query.sql,
        "predict": prediction_query(subject, []).sql,
    }


def _runner(clients: Clients, subject: Subject, wanted: Examination, report: Report) -> QueryRunner:
    return QueryRunner(
        clients=clients,
        location=subject.record.location,
        maximum_bytes_billed=wanted.maximum_bytes_billed,
        report=report,
    )


def _require_same_model(clients: Clients, subject: Subject) -> None:
    record, name = subject.record, subject.version
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


def _sample(subject: Subject, wanted: Examination) -> OwnQuery:
    query = wanted.query
    if query is None and subject.record.sql:
        query = read_statement(subject.record.sql).query
    if query is None:
        raise GateError(
            f"the training query of {subject.model} is not known",
            hint="give a query with rows to compare: --rows-from FILE.sql",
        )
    return sample_query(query, subject.feature_names, subject.classes_of, wanted.rows)


def _fewest_nulls(subject: Subject, sample: Sequence[Case]) -> Row:
    rows = (case.row for case in sample)
    return min(rows, key=lambda row: sum(leaf.of(row) is None for leaf in subject.leaves))
