"""Comparing published versions with the warehouse, one after another, and keeping the reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bqml_export.clients import Clients
from bqml_export.errors import BqmlExportError, DamageError, GateError, ParityError
from bqml_export.parity.comparison import Examination
from bqml_export.parity.gate import examine
from bqml_export.parity.report import ParityReport, write_report
from bqml_export.parity.subject import read_subject
from bqml_export.repository.versions import Version
from bqml_export.warehouse.jobs import Report


@dataclass(frozen=True, slots=True)
class Compared:
    """A version, and its report or the reason why there is none."""

    version: Version
    report: ParityReport | None
    error: BqmlExportError | None = None

    @property
    def verdict(self) -> str:
        """`passed`, `failed`, `damaged` or `not compared`."""
        if self.report is not None:
            return self.report.verdict
        return "damaged" if isinstance(self.error, DamageError) else "not compared"


def compare_versions(
    clients: Clients, versions: Sequence[Version], wanted: Examination, report: Report
) -> list[Compared]:
    """Returns what became of each version; one that cannot be compared does not stop the others."""
    return [_compared(clients, version, wanted, report) for version in versions]


def _compared(clients: Clients, version: Version, wanted: Examination, report: Report) -> Compared:
    try:
        found = examine(clients, read_subject(version), wanted, report)
    except BqmlExportError as exc:
        return Compared(version, None, exc)
    report(f"the report is {write_report(version, found)}")
    return Compared(version, found)


def require_passed(compared: Sequence[Compared]) -> None:
    """GateError if one could not be compared; ParityError if one differs or is damaged."""
    for one in compared:
        if one.error is not None and one.verdict == "not compared":
            raise GateError(one.error.message, hint=one.error.hint) from one.error
    for one in compared:
        if one.error is not None:
            raise one.error
    failed = [one for one in compared if one.report is None or not one.report.passed]
    if failed:
        names = ", ".join(str(one.version) for one in failed)
        raise ParityError(
            f"{names}: the endpoint does not answer as ML.PREDICT does",
            hint="the report names every row; a difference that you accept needs a wider tolerance",
        )
