"""The outcomes of all cases in one report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bqml_export.parity.case import Kind
from bqml_export.parity.outcome import Outcome, Status
from bqml_export.parity.report import FAILED, PASSED, KindCount, ParityReport, files_digest
from bqml_export.repository.record import tool_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bqml_export.parity.examination import Examination
    from bqml_export.parity.subject import Subject


def summarized(
    subject: Subject, wanted: Examination, outcomes: Sequence[Outcome], training_rows: int
) -> ParityReport:
    """Returns the report; it passes when nothing differs and something was compared."""
    compared = any(one.status.compared for one in outcomes)
    fails = any(one.status.fails for one in outcomes)
    return ParityReport(
        model=subject.version.model,
        version=subject.version.number,
        verdict=PASSED if compared and not fails else FAILED,
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
    used = [one.tolerance_used for one in own if one.status.compared]
    return KindCount(kind=kind.value, tolerance_used=max(used, default=None), **by_status)
