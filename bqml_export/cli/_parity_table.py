"""How a parity report is shown."""

from __future__ import annotations

from bqml_export.parity.report import KindCount, ParityReport
from foundation.cli.output import report, write_table
from foundation.json_types import JsonObject

_SHOWN_EXCEPTIONS = 25
_COLUMNS = [
    "CASES",
    "AGREE",
    "SUBSTITUTED",
    "NOT REPRESENTABLE",
    "DIFFER",
    "REFUSED",
    "OF TOLERANCE",
]


def write_parity(parity: ParityReport) -> None:
    """Writes the counts of each kind to stdout, then every case that does not simply agree."""
    write_table(_COLUMNS, [_row(count) for count in parity.kinds])
    order = ("refused", "differs", "not representable", "substituted")
    exceptions = sorted(parity.exceptions, key=lambda case: order.index(case["status"]))
    if exceptions:
        rows = [_exception(case) for case in exceptions[:_SHOWN_EXCEPTIONS]]
        write_table(["CASE", "STATUS", "ML.PREDICT", "ENDPOINT", "DETAIL"], rows)
    if (more := len(exceptions) - _SHOWN_EXCEPTIONS) > 0:
        report(f"and {more} more, all in the report")
    report(
        f"{parity.model} version {parity.version} at {parity.url} against "
        f"{parity.warehouse_model}: {parity.verdict}"
    )


def _row(count: KindCount) -> list[str]:
    numbers = (
        count.agrees,
        count.substituted,
        count.not_representable,
        count.differs,
        count.refused,
    )
    used = "-" if count.tolerance_used is None else f"{count.tolerance_used:.2%}"
    return [count.kind, *map(str, numbers), used]


def _exception(case: JsonObject) -> list[str]:
    sides = [_prediction(case["warehouse"]), _prediction(case["endpoint"])]
    return [case["case"], case["status"], *sides, case["detail"]]


def _prediction(side: JsonObject | None) -> str:
    if side is None:
        return "-"
    if "number" in side:
        return f"{float(side['number']):.9g}"
    probability = side["probabilities"].get(side["label"])
    return (
        f"{side['label']} ({float(probability):.6g})" if probability is not None else side["label"]
    )
