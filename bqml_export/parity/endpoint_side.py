"""What the endpoint says about the rows, beside what BigQuery said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.errors import GateError
from bqml_export.parity.endpoint import Endpoint, Refusal
from bqml_export.parity.outcome import Outcome, Status, judged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bqml_export.parity.comparison import Tolerance
    from bqml_export.parity.prediction import Prediction
    from bqml_export.parity.sendable import Sendable
    from bqml_export.parity.subject import Subject


def ask(
    endpoint: Endpoint,
    subject: Subject,
    sendables: Sequence[Sendable],
    expected: Mapping[int, Prediction],
    tolerance: Tolerance,
) -> list[Outcome]:
    """Returns the outcome of each case, in their order.

    `expected` is what BigQuery says, by the number of the case.

    Raises:
        GateError: The endpoint does not answer, or with other outputs than the version has.
    """
    instances = [one.instance for one in sendables if one.instance is not None]
    answers = iter(endpoint.predict(instances, subject.signature))
    outcomes = []
    for number, sendable in enumerate(sendables):
        given: Prediction | Refusal
        if sendable.instance is None:
            given = Refusal(sendable.obstacle or "")
        else:
            given = _parsed(subject, next(answers), endpoint)
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
