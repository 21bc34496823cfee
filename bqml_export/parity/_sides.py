"""What both sides say about the rows: BigQuery in one ML.PREDICT, and then the endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bqml_export.errors import GateError
from bqml_export.model_reference import ModelReference
from bqml_export.parity._case import Case
from bqml_export.parity._endpoint import Endpoint, Refusal
from bqml_export.parity._outcome import Outcome, Status, judged
from bqml_export.parity._prediction import Outputs, Prediction
from bqml_export.parity._row_parameter import quoted, select_list, to_text
from bqml_export.parity._sendable import Sendable
from bqml_export.parity.comparison import Tolerance
from bqml_export.parity.subject import Subject
from bqml_export.warehouse.query import OwnQuery, QueryRunner

_NUMBER = "bqml_export_row"


def prediction_query(subject: Subject, cases: Sequence[Case]) -> OwnQuery:
    """Returns the query that predicts every case, numbered by its place in `cases`."""
    model, leaves, trial_id = subject.model, subject.leaves, subject.record.trial_id
    trial = "" if trial_id is None else f", STRUCT({trial_id} AS trial_id)"
    rows = f"SELECT {select_list(_NUMBER, leaves)} FROM UNNEST(@rows) AS r"  # noqa: S608
    return OwnQuery(
        doing=f"asking ML.PREDICT about {len(cases)} rows",
        sql=f"SELECT * FROM ML.PREDICT(MODEL {quoted(str(model))}, (\n{rows}\n){trial})",  # noqa: S608
        texts=[to_text(number, case.row, leaves) for number, case in enumerate(cases)],
    )


def warehouse_predictions(
    runner: QueryRunner, query: OwnQuery, outputs: Outputs
) -> dict[int, Prediction]:
    return {int(row[_NUMBER]): outputs.of_warehouse(row) for row in runner.rows(query)}


def feature_means(runner: QueryRunner, model: ModelReference) -> dict[str, float]:
    """Returns the mean of each numeric feature, which BigQuery takes for NULL.

    The names are those of the export's inputs, in lower case: a field of a STRUCT is
    `column_field`.
    """
    sql = f"SELECT input, mean FROM ML.FEATURE_INFO(MODEL {quoted(str(model))})"  # noqa: S608
    found = runner.rows(OwnQuery(doing="reading the features' means", sql=sql))
    return {
        str(row["input"]).replace(".", "_").lower(): float(row["mean"])
        for row in found
        if row["mean"] is not None
    }


def ask(
    endpoint: Endpoint,
    subject: Subject,
    sendables: Sequence[Sendable],
    expected: Mapping[int, Prediction],
    tolerance: Tolerance,
) -> list[Outcome]:
    """Returns the outcome of each case, in their order.

    `expected` is what BigQuery says, by the number of the case.
    """
    instances = [one.instance for one in sendables if one.instance is not None]
    answers = iter(endpoint.predict(instances, subject.signature))
    outcomes = []
    for number, sendable in enumerate(sendables):
        refusal = Refusal(sendable.obstacle or "")
        answer = refusal if sendable.instance is None else next(answers)
        given = _parsed(subject, answer, endpoint)
        outcomes.append(_outcome(sendable, expected[number], given, tolerance))
    return outcomes


def _outcome(
    sendable: Sendable, warehouse: Prediction, given: Prediction | Refusal, tolerance: Tolerance
) -> Outcome:
    case = sendable.case
    if not isinstance(given, Refusal):
        return judged(case, sendable.substituted, warehouse, given, tolerance)
    sent = sendable.instance is not None and case.limit is None
    status = Status.REFUSED if sent else Status.NOT_REPRESENTABLE
    return Outcome(case=case, status=status, detail=given.text, warehouse=warehouse)


def _parsed(subject: Subject, answer: object, endpoint: Endpoint) -> Prediction | Refusal:
    if isinstance(answer, Refusal):
        return answer
    try:
        return subject.outputs.of_endpoint(answer)
    except (KeyError, TypeError, ValueError, IndexError) as exc:
        raise GateError(
            f"{endpoint.url} answers with other outputs than {subject.version} has: "
            f"{str(answer)[:200]}",
            hint="it serves another model under this name and version",
        ) from exc
