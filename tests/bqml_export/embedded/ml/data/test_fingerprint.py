"""Fingerprint64 against BigQuery's documentation and against TensorFlow's own FarmHash."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bqml_export.embedded.ml.data._fingerprint import fingerprint64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"1footrue", -1541654101129638711),
        (b"2applefalse", 2794438866806483259),
        (b"3true", -4880158226897771312),
    ],
)
def test_fingerprint_is_the_one_of_bigquerys_page(text: bytes, expected: int) -> None:
    """The three examples of the FARM_FINGERPRINT page come out."""
    assert fingerprint64([text]).astype(np.int64).tolist() == [expected]


def test_fingerprint_equals_tensorflows_for_every_length() -> None:
    """Rows of 0 to 300 bytes, mixed in one call, hash as in the C++ library."""
    from bqml_export.embedded.ml.saved_model._tensorflow_runtime import tf

    source = random.Random(5)
    rows = [source.randbytes(length) for length in range(301)]
    source.shuffle(rows)
    expected = tf.fingerprint(tf.constant(rows)).numpy().view("<u8")[:, 0]
    assert fingerprint64(rows).tolist() == expected.tolist()
