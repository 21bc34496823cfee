"""Moving a label to a version; `stable` only to one that has passed the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bqml_export.errors import BqmlExportError, DamageError, ParityError, PublishError
from bqml_export.parity.report import ParityReport, files_digest, read_report
from bqml_export.parity.subject import require_undamaged
from bqml_export.repository.labels import LabelChange, change_label, read_labels, require_label
from bqml_export.repository.lock import locked
from bqml_export.repository.versions import Version, model_folder, versions_of

STABLE = "stable"
_SHOWN_FAILURES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Which label is to point at which version."""

    root: Path
    model: str
    version: int | None
    """None is the newest version, or with `remove` none."""
    label: str = STABLE
    force: bool = False
    """Whether to move `stable` without a passing report."""
    reason: str | None = None
    """Why, for the journal."""


def promote(wanted: Promotion, report: Callable[[str], None], *, dry_run: bool) -> LabelChange:
    """Returns the change of the label after making it; one that is there already is not made.

    Raises:
        PublishError: There is no such version, or the labels cannot be read.
        DamageError: The version's files are not those that were published.
        ParityError: The label is `stable` and no passing report is about these very files.
    """
    folder = model_folder(wanted.root, wanted.model)
    require_label(wanted.label)
    version = _find(wanted)
    with locked(folder, lambda: report(f"waiting for another change of {wanted.model}")):
        change = _change(wanted, version, read_labels(folder).get(wanted.label))
        if not dry_run and change.version != change.previous:
            change_label(folder, change)
    return change


def remove(wanted: Promotion, report: Callable[[str], None], *, dry_run: bool) -> LabelChange:
    folder = model_folder(wanted.root, wanted.model)
    if not folder.is_dir():
        raise PublishError(f"no {wanted.model} is published in {wanted.root}", hint=_LIST)
    with locked(folder, lambda: report(f"waiting for another change of {wanted.model}")):
        labels = read_labels(folder)
        previous = labels.get(wanted.label)
        if previous is None or wanted.version not in (None, previous):
            known = ", ".join(f"{name} -> {number}" for name, number in labels.items()) or "none"
            raise PublishError(
                f"{wanted.model} has no label {wanted.label}"
                + (f" on version {wanted.version}" if wanted.version else ""),
                hint=f"its labels: {known}",
            )
        change = LabelChange(
            label=wanted.label, version=None, previous=previous, reason=wanted.reason
        )
        if not dry_run:
            change_label(folder, change)
    return change


_LIST = "`bqml-export ls` lists what is published"


def _find(wanted: Promotion) -> Version:
    versions = versions_of(wanted.root, wanted.model)
    if not versions:
        raise PublishError(f"no {wanted.model} is published in {wanted.root}", hint=_LIST)
    if wanted.version is None:
        return versions[-1]
    for version in versions:
        if version.number == wanted.version:
            return version
    known = ", ".join(str(version.number) for version in versions)
    raise PublishError(
        f"{wanted.model} has no version {wanted.version}", hint=f"its versions: {known}"
    )


def _change(wanted: Promotion, version: Version, previous: int | None) -> LabelChange:
    gated = wanted.label == STABLE
    passed = None
    try:
        passed = require_passing_report(version)
    except DamageError:
        raise  # no force makes a damaged version answer
    except BqmlExportError:
        if gated and not wanted.force:
            raise
    return LabelChange(
        label=wanted.label,
        version=version.number,
        previous=previous,
        forced=gated and passed is None,
        reason=wanted.reason,
        parity=passed.created if passed else None,
        files_sha256=passed.files_sha256 if passed else None,
    )


def require_passing_report(version: Version) -> ParityReport:
    """Returns the report that the version passed the gate with, about the very files it has now.

    Raises:
        DamageError: The version's files are not those that were published.
        ParityError: There is none, it failed, or it is about other files.
        GateError: The version has no record of its files.
        PublishError: The report or the record cannot be read.
    """
    again = f"bqml-export verify --model {version.model} --version {version.number} --url URL"
    hint = f"run `{again}`, or --force with a --reason"
    record = require_undamaged(version)
    report = read_report(version)
    if report is None:
        raise ParityError(f"nobody has compared {version} with the warehouse", hint=hint)
    if report.files_sha256 != files_digest(record.files or {}):
        raise ParityError(f"the parity report of {version} is about other files", hint=hint)
    if not report.passed:
        raise ParityError(f"{version} failed the parity gate: {_failures(report)}", hint=hint)
    return report


def _failures(report: ParityReport) -> str:
    found = [f"{case['case']}: {case['detail']}" for case in report.failures]
    more = len(found) - _SHOWN_FAILURES
    shown = "; ".join(found[:_SHOWN_FAILURES]) or "no row could be compared"
    return f"{shown}; and {more} rows more" if more > 0 else shown
