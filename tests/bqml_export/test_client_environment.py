"""The environment that `emulate` prints."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from bqml_export.client_environment import client_environment, export_lines, write_client_files

if TYPE_CHECKING:
    from pathlib import Path


def test_a_shell_reads_the_lines_as_they_were_meant(tmp_path: Path) -> None:
    """Quoting survives a folder with spaces, and the named files exist."""
    folder = tmp_path / "with space"
    write_client_files(folder, "http://127.0.0.1:1")
    variables = client_environment("http://127.0.0.1:1", "http://127.0.0.1:2", "p", folder)
    script = f'{export_lines(variables)}\ncat "$CLOUDSDK_AUTH_ACCESS_TOKEN_FILE" "$BOTO_CONFIG"'
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert shell.stdout == "embedded\n[GSUtil]\nuse_gcloud_storage = True\n"
