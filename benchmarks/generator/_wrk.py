"""wrk, the generator that costs the least, where it is installed."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.generator.load import Load, Question
from loadtest.errors import GeneratorError

_SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open({body}, "rb")
wrk.body = file:read("*all")
file:close()
done = function(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.stderr:write(string.format(
    '{{"requests": %d, "failed": %d, "us": %d, "p50_us": %d, "p99_us": %d}}',
    summary.requests, failed, summary.duration, latency:percentile(50), latency:percentile(99)))
end
"""


def found() -> str | None:
    """Returns the path of wrk, None where there is none."""
    return shutil.which("wrk")


def run(question: Question) -> Load:
    """Loads a server and returns what came back.

    Raises:
        GeneratorError: wrk failed.
    """
    program = found()
    if program is None:
        raise GeneratorError("wrk is not installed: take --generator builtin")
    with tempfile.TemporaryDirectory() as folder:
        body, script = Path(folder, "body"), Path(folder, "post.lua")
        body.write_bytes(question.body)
        script.write_text(_SCRIPT.format(body=json.dumps(str(body))))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        finished = subprocess.run(  # noqa: S603 - a program by its full path
            [
                program, "--threads", "1", "--connections", str(question.connections),
                "--duration", f"{max(1, round(question.duration_s))}s", "--timeout", "30s",
                "--script", str(script),
                f"http://{question.host}:{question.port}{question.path}",
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        told = json.loads(finished.stderr)
    except ValueError as exc:
        raise GeneratorError(f"wrk failed: {finished.stderr.strip()[-200:]}") from exc
    return Load(
        requests=told["requests"] - told["failed"],
        errors=told["failed"],
        duration_s=told["us"] / 1e6,
        p50_ms=told["p50_us"] / 1000,
        p99_ms=told["p99_us"] / 1000,
        cpu_s=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    )
