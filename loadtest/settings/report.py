"""Settings: what is left of a run."""

from __future__ import annotations

from pathlib import Path

from foundation.settings.group import Group


class ReportSettings(Group):
    """Where the report goes."""

    folder: Path = Path("loadtest_reports")
    """Folder that gets one sub-folder per run, named after its start."""
