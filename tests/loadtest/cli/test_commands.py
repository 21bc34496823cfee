"""The command line: what it prints, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadtest.record.observations import Event, LoadSample, Phase, RunRecord
from loadtest.record.store import write_record

ROOT = Path(__file__).parents[3]
# Rules that need no replicas.
RULES = {"start_replicas": 0, "min_replicas_seen": 0, "end_replicas": 0, "min_rps": 100,
         "sustained_s": 5, "p99_ms": 50}  # fmt: skip
RUN = RunRecord(
    started_at="2026-11-22T12:00:00+00:00",
    settings={"rules": RULES, "generator": {"max_cpu_percent": 100},
              "phases": {"idle_s": 0, "ramp_s": 0, "plateau_s": 10, "cooldown_s": 0}},
    phases=(Phase(name="plateau", start_s=0.0, end_s=10.0),),
    load=tuple(
        LoadSample(t_s=float(t), users=64, asked_rps=None, requests=200, failures=0,
                   latencies={9.0: 200})
        for t in range(1, 11)
    ),
)  # fmt: skip


def loadtest(*arguments: str) -> tuple[int, str, str]:
    """Returns exit code, stdout and stderr of the command."""
    finished = subprocess.run(
        [sys.executable, "-m", "loadtest", *arguments], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return finished.returncode, finished.stdout, finished.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a run that passed, but for its generator, of which nothing was heard."""
    from loadtest.record.observations import GeneratorSample

    samples = tuple(
        GeneratorSample(t_s=float(t), worker="w", cpu_percent=9.0, users=64) for t in range(1, 11)
    )
    ramp = Phase(name="ramp", start_s=0.0, end_s=0.0)
    write_record(replace(RUN, generator=samples, phases=(ramp, *RUN.phases)), tmp_path)
    return tmp_path


def test_a_report_is_written_again_with_other_rules(folder: Path) -> None:
    """Passed as it was; failed where more is asked, by name."""
    code, out, _ = loadtest("report", str(folder))
    assert (code, out.splitlines()[-1]) == (0, f"report: {folder / 'report.html'}")
    assert (folder / "report.html").exists()
    code, out, _ = loadtest("report", str(folder), "--set", "rules.min_rps=201")
    assert (code, "failed: sustained-rate" in out) == (1, True)


def test_a_report_shows_the_rules_by_which_it_judges(folder: Path) -> None:
    """In the picture and among the settings; what the run had asked stays in its record."""
    record = (folder / "record.json").read_bytes()
    _, out, _ = loadtest("report", "--json", str(folder), "--set", "rules.p99_ms=8")
    assert json.loads(out)["settings"]["rules"]["p99_ms"] == 8
    assert "p99 limit: 8 ms" in (folder / "report.html").read_text()
    assert (folder / "record.json").read_bytes() == record


def test_machines_get_one_json_document(folder: Path) -> None:
    """With the verdict and where the report is; an interrupted run is exit code 2."""
    event = Event(t_s=1.0, kind="note", name="interrupted", detail="it was interrupted")
    write_record(replace(RUN, events=(event,)), folder)
    code, out, _ = loadtest("report", "--json", str(folder))
    answer: dict[str, Any] = json.loads(out)
    assert (code, answer["status"], answer["exit_code"]) == (2, "invalid", 2)
    assert answer["report"] == str(folder / "report.html")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--set", "rules.min_rp=1"], "did you mean rules.min_rps?"),
        (["run", "--set", "rules.min_rps"], "--set rules.min_rps: expected KEY=VALUE"),
        (["run", "--settings", "/nonexistent.yaml"], "No such file or directory"),
        (["run", "--chaos"], "chaos.faults needs service.start=true"),
        (["run", "--local", "--root", "/nonexistent"], "/nonexistent is not a folder"),
        (["run", "--set", "report.folder=/proc/x"], "report.folder: /proc/x/"),
        (["plan", "--set", "plan.folder=/proc/x"], "plan.folder: /proc/x cannot be made"),
        (["report", str(ROOT)], "neither record.json nor observations.jsonl is there"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    """It says what was expected."""
    more = ["--set", f"report.folder={tmp_path}"] if arguments[0] == "run" else []
    code, _, err = loadtest(arguments[0], *more, *arguments[1:])
    assert code == 2
    assert words in err.splitlines()[-1]
    assert "Traceback" not in err


def test_every_setting_is_shown_with_its_origin_and_meaning() -> None:
    """`--chaos` is a preset that other sources override."""
    code, out, _ = loadtest("config", "show", "--json", "--local", "--chaos",
                            "--set", "traffic.retries=3")  # fmt: skip
    rows = {row["setting"]: row for row in json.loads(out)}
    assert code == 0
    assert len(rows["chaos.faults"]["value"]) == 4
    assert rows["chaos.faults"]["origin"] == "--chaos"
    assert (rows["traffic.retries"]["value"], rows["traffic.retries"]["origin"]) == (
        3, "command line",
    )  # fmt: skip
    assert all(row["description"] for row in rows.values())


def test_options_without_a_command_are_those_of_run() -> None:
    """`bqml-loadtest --chaos` needs no word more; what cannot be reached proves nothing."""
    code, _, stderr = loadtest("--url", "http://127.0.0.1:1", "--set", "replicas.poll_s=0")
    assert code == 2
    assert "replicas.poll_s" in stderr


def test_a_package_that_is_not_there_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    """And does not look as if a rule had failed."""
    code = (
        "import sys; sys.modules['psutil'] = None; sys.argv = ['x', 'run', '--local']\n"
        "from loadtest.__main__ import main; main()"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert finished.returncode == 2
    assert finished.stderr.splitlines()[-2:] == [
        "error: package psutil is not installed",
        "hint: make loadtest, or pip install '.[loadtest]' in the project",
    ]
