"""A version is warmed before it is AVAILABLE, or it is not AVAILABLE."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serve_app.errors import ServeAppError
from serve_app.lifecycle.manager import ServableManager
from serve_app.metrics.family import WARMUP_LATENCY_US, WARMUP_RECORDS
from serve_app.metrics.recorder import Recorder
from serve_app.settings import RepositorySettings, TensorFlowSettings
from serve_app.warmup.version_warmup import warm_version


def test_records_are_replayed_and_reported(
    servable: Any, tmp_path: Path, log: Any, write_warmup: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """`warmed N records in T ms`, and the metrics."""
    write_warmup(tmp_path, [log("predict_log"), log("regress_log", signature="regress")])
    recorder = Recorder()
    with caplog.at_level(logging.INFO):
        warm_version(servable, tmp_path, 1, recorder)
    assert "warmed 2 records in " in caplog.text
    numbers = recorder.snapshot()
    assert numbers[WARMUP_RECORDS.name] == {(str(tmp_path),): [2]}
    assert list(numbers[WARMUP_LATENCY_US.name]) == [(str(tmp_path), "OK")]


def test_each_record_is_replayed_as_often_as_asked(
    servable: Any, tmp_path: Path, log: Any, write_warmup: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TensorFlow Serving's --num_request_iterations_for_warmup."""
    calls = []
    real = servable.run

    def run(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        return real(*arguments, **options)

    monkeypatch.setattr(servable, "run", run)
    write_warmup(tmp_path, [log("predict_log")])
    warm_version(servable, tmp_path, 3, Recorder())
    assert len(calls) == 2 * 3  # by both paths


def test_no_file_is_said_clearly(
    servable: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A row of zeros stands in for it; one that the model refuses does no harm."""
    warm_version(servable, tmp_path, 1, Recorder())
    assert "has no warmup data" in caplog.text


def test_a_failing_record_fails_the_warmup(
    servable: Any, tmp_path: Path, log: Any, write_warmup: Any
) -> None:
    """And is counted under its code."""
    write_warmup(tmp_path, [log("predict_log"), log("predict_log", (-1.0,))])
    recorder = Recorder()
    with pytest.raises(ServeAppError, match="x must be positive"):
        warm_version(servable, tmp_path, 1, recorder)
    assert list(recorder.snapshot()[WARMUP_LATENCY_US.name]) == [
        (str(tmp_path), "INVALID_ARGUMENT")
    ]


@pytest.fixture
def state(tmp_path: Path, examples_export: Path, write_warmup: Any) -> Callable[..., Any]:
    """Serves the export with the given warmup records; returns the version's status."""

    def serve(records: Any, **tensorflow: Any) -> Any:
        folder = tmp_path / "root" / "m" / "1"
        shutil.copytree(examples_export, folder)
        write_warmup(folder, records)
        repository = RepositorySettings(root=tmp_path / "root", max_load_retries=0)
        settings = TensorFlowSettings.model_validate({"threads": 1, **tensorflow})
        manager = ServableManager(repository, settings)
        manager.start()
        try:
            assert manager.wait_until_settled(60)
            (status,) = manager.statuses("m")
        finally:
            manager.close()
        return status

    return serve


def test_a_version_with_good_records_is_available(state: Any, log: Any) -> None:
    """Warmup is part of the load."""
    assert state([log("predict_log")]).state.name == "AVAILABLE"


def test_a_version_whose_warmup_fails_is_not(state: Any, log: Any) -> None:
    """The status says why."""
    status = state([log("predict_log", (-1.0,))])
    assert (status.state.name, status.error_code) == ("END", "INVALID_ARGUMENT")
    assert "x must be positive" in status.error_message


def test_warmup_can_be_switched_off(state: Any, log: Any) -> None:
    """Then a bad file does not matter."""
    assert state([log("predict_log", (-1.0,))], warmup=False).state.name == "AVAILABLE"
