"""The page in a real browser, where there is one."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from loadtest.record.observations import RunRecord
from loadtest.report.write import write_report
from loadtest.verdict.result import Verdict

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


def dumped(page: Path, profile: Path) -> str:
    """Returns the page's elements after its script ran; console messages would be in stderr."""
    assert CHROMIUM
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
         f"--user-data-dir={profile}", "--virtual-time-budget=3000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "CONSOLE" not in done.stderr
    return done.stdout


def test_the_replay_shows_the_last_second_at_first(
    run: RunRecord, passed: Verdict, tmp_path: Path
) -> None:
    """The script runs without an error and has drawn the replicas of that second."""
    write_report(run, passed, tmp_path)
    dom = dumped(tmp_path / "report.html", tmp_path / "profile")
    assert 'data-replay="ready"' in dom
    assert dom.count('class="replica running"') == 1


def test_no_number_is_wider_than_its_tile(run: RunRecord, passed: Verdict, tmp_path: Path) -> None:
    """A slow run has long ones."""
    slow = tuple(replace(each, latencies={1234.0: each.requests}) for each in run.load)
    html = write_report(replace(run, load=slow), passed, tmp_path)[0]
    script = """
      <script>
        const wide = [...document.querySelectorAll(".tile b")].filter(
          (one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent);
        document.body.dataset.wide = `[${wide}]`;
      </script></body>"""
    html.write_text(html.read_text().replace("</body>", script))
    assert 'data-wide="[]"' in dumped(html, tmp_path / "profile")


def test_the_replay_plays(run: RunRecord, passed: Verdict, tmp_path: Path) -> None:
    """A click on Replay goes back to the start, and through the growth."""
    html = write_report(run, passed, tmp_path)[0]
    script = """
      <script>
        const most = () => document.body.dataset.most = Math.max(
          document.body.dataset.most || 0, document.querySelectorAll(".replica.running").length);
        document.getElementById("speed").value = "30";
        document.getElementById("play").click();
        setInterval(most, 50);
      </script></body>"""
    html.write_text(html.read_text().replace("</body>", script))
    assert 'data-most="3"' in dumped(html, tmp_path / "profile")
