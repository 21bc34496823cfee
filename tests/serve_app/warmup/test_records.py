"""The warmup file: TFRecord of PredictionLog, checked record by record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from serve_app.errors import ServeAppError
from serve_app.warmup.records import read_records


def test_the_records_come_in_order(tmp_path: Path, log: Any, write_warmup: Any) -> None:
    """As they were written."""
    written = [log("predict_log", (value,)) for value in (1.0, 2.0, 3.0)]
    assert list(read_records(write_warmup(tmp_path, written))) == written


def test_an_empty_file_has_no_records(tmp_path: Path, write_warmup: Any) -> None:
    """It is a TFRecord file of length 0."""
    assert list(read_records(write_warmup(tmp_path, []))) == []


def test_a_thousand_records_are_allowed_and_one_more_is_not(
    tmp_path: Path, log: Any, write_warmup: Any
) -> None:
    """TensorFlow Serving's limit."""
    record = log("predict_log")
    assert len(list(read_records(write_warmup(tmp_path / "a", [record] * 1000)))) == 1000
    with pytest.raises(ServeAppError, match=r"exceeds the maximum \(1000\)"):
        list(read_records(write_warmup(tmp_path / "b", [record] * 1001)))


def test_a_record_that_is_no_prediction_log_is_named(tmp_path: Path, write_warmup: Any) -> None:
    """INVALID_ARGUMENT."""
    with pytest.raises(ServeAppError, match="Failed to parse warmup record: record 1 from"):
        list(read_records(write_warmup(tmp_path, [b"\xff\xff\xff"])))


@pytest.mark.parametrize("damage", ["flip", "cut", "text"])
def test_a_damaged_file_is_a_data_loss(
    tmp_path: Path, log: Any, write_warmup: Any, damage: str
) -> None:
    """A flipped bit, a cut record, or no TFRecord at all."""
    path = write_warmup(tmp_path, [log("predict_log")])
    data = path.read_bytes()
    damaged = {
        "flip": data[:20] + bytes([data[20] ^ 1]) + data[21:],
        "cut": data[:-3],
        "text": b'{"instances": [1]}\n',
    }
    path.write_bytes(damaged[damage])
    with pytest.raises(ServeAppError, match="verify your warmup data is in TFRecord") as caught:
        list(read_records(path))
    assert caught.value.code_name == "DATA_LOSS"
