"""The life of a model, recorded at a real TensorFlow Serving 2.20, is lived again by ours.

Version 1 alone; a corrupt version 2 added; a good version 3 added; all versions removed. After
each step the recorded requests get the recorded answers.
"""

from __future__ import annotations

import base64
import json
import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

STEPS = {
    "dyn: only version 1 on disk": {1: "AVAILABLE"},
    "dyn: corrupt version 2 added": {2: "END", 1: "AVAILABLE"},
    "dyn: good version 3 added": {3: "AVAILABLE", 2: "END", 1: "END"},
    "dyn: all version directories removed": {3: "END", 2: "END", 1: "END"},
}


def recordings(shared: Path, step: str) -> list[dict[str, Any]]:
    """Returns the exchanges recorded after one step."""
    file = shared / "data" / "tf-serving-recordings" / "recordings.jsonl"
    found = [json.loads(line) for line in file.read_text().splitlines()]
    return [one for one in found if one["server"] == step]


def same(ours: Any, theirs: Any) -> bool:
    """Tells whether two documents are equal, doubles to the last digits but one."""
    if isinstance(theirs, float):
        return isinstance(ours, float) and math.isclose(ours, theirs, rel_tol=1e-15)
    if isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in theirs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return bool(ours == theirs)


def body(recorded: dict[str, str] | None) -> bytes:
    """Returns a recorded body as bytes."""
    if recorded is None:
        return b""
    if "base64" in recorded:
        return base64.b64decode(recorded["base64"])
    return recorded["text"].encode()


def states(rest: Any) -> dict[int, str]:
    """Returns the state of each version of `dyn`."""
    statuses = rest.get("/v1/models/dyn").json["model_version_status"]
    return {int(status["version"]): status["state"] for status in statuses}


def place(export: Path, target: Path, *, damaged: bool = False) -> None:
    """Copies an export to `target`, complete at once."""
    incoming = target.with_name(f".incoming-{target.name}")
    shutil.copytree(export, incoming, copy_function=shutil.copyfile)
    if damaged:
        data = next(incoming.glob("variables/variables.data*"))
        data.write_bytes(data.read_bytes()[:8])
    incoming.rename(target)


def remove_all(model: Path) -> None:
    """Deletes every version."""
    for folder in model.iterdir():
        shutil.rmtree(folder)


@pytest.fixture
def steps(real_exports: Path, tmp_path: Path) -> tuple[Path, list[Callable[[], None]]]:
    """A repository with the first step done, and the others to do."""
    model, export = tmp_path / "dyn", real_exports / "iris_logistic_reg"
    model.mkdir()
    place(export, model / "1")
    return tmp_path, [
        lambda: None,
        lambda: place(export, model / "2", damaged=True),
        lambda: place(export, model / "3"),
        lambda: remove_all(model),
    ]


def test_every_step_gets_the_recorded_answers(
    steps: tuple[Path, list[Callable[[], None]]],
    shared: Path,
    manage: Callable[..., Any],
    rest_of: Callable[..., Any],
) -> None:
    """Every difference is listed, not only the first."""
    root, changes = steps
    rest, different, asked = rest_of(manage(root)), [], 0
    for (step, expected), change in zip(STEPS.items(), changes, strict=True):
        change()
        deadline_s = time.monotonic() + 60
        while states(rest) != expected:
            assert time.monotonic() < deadline_s, (step, states(rest))
            time.sleep(0.02)
        for one in recordings(shared, step):
            asked += 1
            request, answer = one["request"], one["response"]
            ours = rest.request(
                request["method"], request["path"], body(request["body"]) or None,
                request["headers"],
            )  # fmt: skip
            status = int(answer["status_line"].split()[1])
            theirs = json.loads(body(answer["body"]))
            if ours.status != status or not same(ours.json, theirs):
                different.append((step, one["name"], status, theirs, ours.status, ours.body))
    assert different == []
    assert asked == 20
