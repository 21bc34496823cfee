#!/usr/bin/env bash
# The guess: a row of `[n, k] x [k, m]` may differ in its last bits from the same row alone, since
#   the library sums in another order. To write the product as n products of one row, `[n, 1, k] x
#   [1, k, m]`, changes nothing about that: it is the same library and the same sums.
# The behaviour: with TF_ENABLE_ONEDNN_OPTS=0, the batched form has the bits of each row alone, for
#   all sizes tried here. With oneDNN on, it keeps them up to k=512; beyond, it depends on the
#   processor: with AVX-512 it differs from k=513 on (printed, not asserted), with oneDNN held to
#   AVX2 or SSE4.1 it does not. The plain product has other bits from k=1024 on under each of these
#   settings, and from k=4 on under some. The number of cores does not matter.
# Why it matters here: requests of several clients share one call, and a row must have the bits it
#   has alone. The batched form is what makes that possible without a call for each row, up to a
#   size that had to be measured.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 numpy==2.4.6

cat > program.py <<'PYTHON'
import sys

import numpy as np
import tensorflow as tf

numbers = np.random.default_rng(1)


def differing(found, wanted):
    return sum(a.tobytes() != b.tobytes() for a, b in zip(found, wanted))


def rows_that_differ(k, m=64, n=7):
    """Of n rows, those with other bits than alone: in a plain product, and in a batched one."""
    rows = numbers.normal(size=(n, k)).astype(np.float32)
    matrix = numbers.normal(size=(k, m)).astype(np.float32)
    alone = np.concatenate([tf.matmul(row[None], matrix).numpy() for row in rows])
    plain = tf.matmul(rows, matrix).numpy()
    batched = tf.matmul(rows[:, None], matrix[None]).numpy()[:, 0]
    return differing(plain, alone), differing(batched, alone)


with_onednn = sys.argv[1] == "1"
for k in (4, 64, 256, 512, 513, 600, 1024, 4096):
    plain, batched = rows_that_differ(k)
    print(f"k={k}: of 7 rows, {plain} differ in a plain product, {batched} in a batched one")
    assert k < 1024 or plain
    assert not batched or (with_onednn and k > 512)
PYTHON

venv/bin/pip list 2>/dev/null | grep -E '^(numpy|tensorflow_cpu) '
for onednn in 1 0; do
  echo "TF_ENABLE_ONEDNN_OPTS=$onednn"
  TF_ENABLE_ONEDNN_OPTS=$onednn TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python program.py "$onednn"
done
