#!/usr/bin/env bash
# The guess: relu, maximum, cast and exp work on each number by itself. A tensor that holds one
#   number 33 times comes back holding one number 33 times, with the bits that the number alone
#   gives.
# The behaviour: the last numbers of a tensor, which do not fill a vector register, are computed by
#   other code than those before, and both codes differ:
#   - relu(-0.0) and maximum(-0.0, 0.0) have the one sign of zero in front and the other at the end;
#   - a float beyond uint8, int8 or int16 is clamped in front (300 is 255) and wraps at the end (300
#     is 44);
#   - exp, log, sigmoid, softplus (and float64's tanh) differ in the last bits.
#   All in one call, in one thread, with TensorFlow's defaults. The same with and without oneDNN,
#   with oneDNN held to SSE4.1, with a C library held below AVX2, and on one core.
# Why it matters here: requests of several clients share one call. A row moves from the end of a
#   tensor (alone) to its middle (in company), and its answer must keep all bits: these operations
#   are computed row by row. A test of the cast with fewer than 32 numbers shows nothing.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 numpy==2.4.6

cat > program.py <<'PYTHON'
import numpy as np
import tensorflow as tf

CASES = {
    "relu(-0.0), float32": (tf.nn.relu, -0.0, np.float32),
    "relu(-0.0), float64": (tf.nn.relu, -0.0, np.float64),
    "maximum(-0.0, 0.0), float32": (lambda x: tf.maximum(x, tf.zeros_like(x)), -0.0, np.float32),
    "cast(300.0) to uint8": (lambda x: tf.cast(x, tf.uint8), 300.0, np.float32),
    "cast(-1.0) to uint8": (lambda x: tf.cast(x, tf.uint8), -1.0, np.float32),
    "cast(200.0) to int8": (lambda x: tf.cast(x, tf.int8), 200.0, np.float64),
    "cast(70000.0) to int16": (lambda x: tf.cast(x, tf.int16), 70000.0, np.float32),
}
for name, (operation, number, kind) in CASES.items():
    many = operation(tf.constant(np.full(33, number, kind))).numpy()
    alone = operation(tf.constant(np.full(1, number, kind))).numpy()
    print(f"{name}, 33 times: first {many[0]}, last {many[-1]}; alone {alone[0]}")
    assert len({one.tobytes() for one in many}) == 2
    assert many[-1].tobytes() == alone[0].tobytes() != many[0].tobytes()

# How many of 1,000 numbers have other bits in a tensor of eight than in a tensor of one.
NUMBERS = np.linspace(0.01, 9, 1000)
FUNCTIONS = (tf.exp, tf.math.log, tf.sigmoid, tf.nn.softplus, tf.tanh)
for kind in (np.float32, np.float64):
    for function in FUNCTIONS:
        of_one = [function(tf.constant([x], kind)).numpy()[0] for x in NUMBERS]
        of_eight = [function(tf.constant([x] * 8, kind)).numpy()[0] for x in NUMBERS]
        differing = sum(a.tobytes() != b.tobytes() for a, b in zip(of_one, of_eight))
        print(f"{function.__name__}, {np.dtype(kind)}: {differing} of 1000 differ")
        assert differing or (function is tf.tanh and kind is np.float32)
PYTHON

venv/bin/pip list 2>/dev/null | grep -E '^(numpy|tensorflow_cpu) '
for onednn in 1 0; do
  echo "TF_ENABLE_ONEDNN_OPTS=$onednn"
  TF_ENABLE_ONEDNN_OPTS=$onednn TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python program.py
done
