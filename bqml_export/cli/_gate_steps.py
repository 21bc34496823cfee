"""The gate as a step of `up`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.errors import BqmlExportError
from bqml_export.parity.comparison import Examination
from bqml_export.parity.promotion import require_passing_report
from bqml_export.repository.versions import Version
from foundation.cli.output import report

if TYPE_CHECKING:
    from bqml_export.clients import Clients


def gate_is_passed(version: Version, url: str) -> bool:
    """Whether the version has passed at this server, with the files it has now."""
    try:
        found = require_passing_report(version)
    except BqmlExportError:
        return False
    if found.url != url.rstrip("/"):
        return False
    report(f"{version} has passed the gate at {found.created}")
    return True


def run_gate(clients: Clients, version: Version, wanted: Examination) -> None:
    """Compares a published version with the warehouse; if it fails it stays, without a label."""
    from bqml_export.chain.verify import compare_versions, require_passed  # seconds to import

    compared = compare_versions(clients, [version], wanted, report)
    require_passed(compared)
    report(f"{version} has passed the gate")
