"""What BigQuery says about the rows: one ML.PREDICT for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.parity.row_parameter import quoted, select_list, to_text
from bqml_export.warehouse.query import Asker, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bqml_export.model_reference import ModelReference
    from bqml_export.parity.case import Case
    from bqml_export.parity.prediction import Outputs, Prediction
    from bqml_export.parity.subject import Subject

_NUMBER = "bqml_export_row"


def prediction_question(subject: Subject, cases: Sequence[Case]) -> Question:
    """Returns the query that predicts every case, numbered by its place in `cases`."""
    model, leaves, trial_id = subject.model, subject.leaves, subject.record.trial_id
    trial = "" if trial_id is None else f", STRUCT({trial_id} AS trial_id)"
    rows = f"SELECT {select_list(_NUMBER, leaves)} FROM UNNEST(@rows) AS r"  # noqa: S608
    return Question(
        doing=f"asking ML.PREDICT about {len(cases)} rows",
        sql=f"SELECT * FROM ML.PREDICT(MODEL {quoted(str(model))}, (\n{rows}\n){trial})",  # noqa: S608
        texts=[to_text(number, case.row, leaves) for number, case in enumerate(cases)],
    )


def warehouse_predictions(
    asker: Asker, question: Question, outputs: Outputs
) -> dict[int, Prediction]:
    return {int(row[_NUMBER]): outputs.of_warehouse(row) for row in asker.rows(question)}


def feature_means(asker: Asker, model: ModelReference) -> dict[str, float]:
    """Returns the mean of each numeric feature, which BigQuery takes for NULL.

    The names are those of the export's inputs, in lower case: a field of a STRUCT is
    `column_field`.
    """
    sql = f"SELECT input, mean FROM ML.FEATURE_INFO(MODEL {quoted(str(model))})"  # noqa: S608
    found = asker.rows(Question(doing="reading the features' means", sql=sql))
    return {
        str(row["input"]).replace(".", "_").lower(): float(row["mean"])
        for row in found
        if row["mean"] is not None
    }
