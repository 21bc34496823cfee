#!/usr/bin/env bash
# The guess: `inter_op_thread_pool=-1` runs a session's operations in the caller's thread instead of
#   the pool. That changes when an answer comes, not what it is. Multiplying a tensor of equal
#   numbers by 2 gives equal numbers.
# The behaviour: TensorFlow tells the threads of its pool to flush subnormal numbers to zero; the
#   caller's thread it leaves as it is, and Python's flushes nothing. -1e-310 * 2 is -0.0 from the
#   pool and -2e-310 from the caller's thread. Large tensors are cut in pieces for a second pool,
#   which flushes too: with four threads, a tensor of 70,000 equal numbers comes back with -2e-310
#   in its first part and -0.0 in the rest, and one of a million with -0.0 only. The same with and
#   without oneDNN, and on one core (the number of threads counts, not of cores).
# Why it matters here: the caller's thread halves the time of a small call, so quick calls go there
#   and the others to the pool. The way that a row goes can show in its answer, and only trials with
#   subnormal numbers would tell.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 numpy==2.4.6

cat > program.py <<'PYTHON'
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.config_pb2 import CallableOptions

v1 = tf.compat.v1
v1.disable_eager_execution()
x = v1.placeholder(tf.float64, [None], name="x")
tf.multiply(x, 2.0, name="y")
session = v1.Session(config=v1.ConfigProto(intra_op_parallelism_threads=4))


def doubled(size, pool):
    options = CallableOptions(feed=["x:0"], fetch=["y:0"])
    options.run_options.inter_op_thread_pool = pool
    return session._make_callable_from_options(options)(np.full(size, -1e-310))[0]


def report(size, pool):
    found = doubled(size, pool)
    values, counts = np.unique(found, return_counts=True)
    where = "caller's thread" if pool == -1 else "pool"
    text = ", ".join(f"{count} times {value}" for value, count in zip(values, counts))
    print(f"{size} numbers, {where}: {text}; the first is {found[0]}, the last {found[-1]}")
    return set(values.tolist())


print("numpy alone:", np.float64(-1e-310) * 2)
assert report(3, 0) == {0.0}
assert report(3, -1) == {-2e-310}
assert report(70_000, 0) == {0.0}
assert report(70_000, -1) == {0.0, -2e-310}
assert report(1_000_000, -1) == {0.0}
PYTHON

venv/bin/pip list 2>/dev/null | grep -E '^(numpy|tensorflow_cpu) '
for onednn in 1 0; do
  echo "TF_ENABLE_ONEDNN_OPTS=$onednn"
  TF_ENABLE_ONEDNN_OPTS=$onednn TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python program.py
done
