"""Reads the warmup file of a version: a TFRecord file of PredictionLog messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf
from google.protobuf.message import DecodeError

from foundation.protos.prediction_log_pb2 import PredictionLog
from serve_app.errors import DataLossError, InvalidArgumentError, UnknownError

MAX_RECORDS = 1000


def read_records(path: Path) -> Iterator[PredictionLog]:
    """Yields the records of a warmup file, in order; the checks are TensorFlow Serving's.

    Raises:
        DataLossError: A checksum is wrong, or the file ends within a record.
        InvalidArgumentError: A record is no PredictionLog, or there are more than 1000.
    """
    for number, record in enumerate(_framed(path), 1):
        try:
            log = PredictionLog.FromString(record)
        except DecodeError as exc:
            raise InvalidArgumentError(
                f"Failed to parse warmup record: record {number} from {path}"
            ) from exc
        yield log
        if number > MAX_RECORDS:
            raise InvalidArgumentError(
                f"Number of warmup records exceeds the maximum ({MAX_RECORDS}) at {path}"
            )


def _framed(path: Path) -> Iterator[bytes]:
    """Yields the records as bytes; both checksums of each are checked by TensorFlow's reader."""
    try:
        yield from tf.compat.v1.io.tf_record_iterator(str(path))
    except tf.errors.DataLossError as exc:
        raise DataLossError(
            f"{exc.message}. Please verify your warmup data is in TFRecord format."
        ) from exc
    except tf.errors.OpError as exc:
        raise UnknownError(f"{path}: {exc.message}") from exc
