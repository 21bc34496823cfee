#!/usr/bin/env bash
# The guess: `model(x)` and `model.predict(x)` of a Keras model differ by rounding at most. The
#   optimiser fuses a dense layer's product, bias and relu into one operation to save time; relu of
#   NaN is NaN, fused or not.
# The behaviour: with oneDNN on (the default of the x86 package on Linux), the fused operation
#   returns 0 where the single ones return NaN. One layer, one row with a NaN: `model(x)` says NaN,
#   `model.predict(x)` says 0. The same holds for a `tf.function` of three lines and for a v1
#   session. With oneDNN off both are NaN. Seen with oneDNN held to SSE4.1, to AVX2 and free, on one
#   core and on two.
# Why it matters here: a server runs the optimised graph. A broken feature (0 divided by 0 in
#   somebody's SQL) comes back as a plausible number, not as NaN, and a check against eager
#   TensorFlow fails though nothing in the server is wrong. Copies of a graph that must give its
#   bits have to keep its fused operations as they are.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  tensorflow-cpu==2.21.0 keras==3.15.1 numpy==2.4.6

cat > program.py <<'PYTHON'
import sys

import keras
import numpy as np
import tensorflow as tf

ROW = np.array([[np.nan, 1, 2, 3]], np.float32)

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu")])
model.set_weights([np.ones((4, 3), np.float32), np.ones(3, np.float32)])
called, predicted = model(ROW).numpy(), model.predict(ROW, verbose=0)


def layer(x):
    return tf.nn.relu(tf.nn.bias_add(tf.matmul(x, tf.ones((4, 3))), tf.ones(3)))


def session(optimised):
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [None, 4])
        y = layer(x)
        config = tf.compat.v1.ConfigProto()
        config.graph_options.rewrite_options.disable_meta_optimizer = not optimised
        options = tf.compat.v1.RunOptions(output_partition_graphs=True)
        metadata = tf.compat.v1.RunMetadata()
        with tf.compat.v1.Session(graph=graph, config=config) as run:
            found = run.run(y, {x: ROW}, options=options, run_metadata=metadata)
    operations = [n.op for part in metadata.partition_graphs for n in part.node]
    return found, [op for op in operations if "MatMul" in op or "Relu" in op]


plain, plain_operations = session(optimised=False)
fused, fused_operations = session(optimised=True)
function = tf.function(layer)(ROW).numpy()
print("keras model(x)        ", called)
print("keras model.predict(x)", predicted)
print("eager                 ", layer(ROW).numpy())
print("tf.function           ", function)
print("session, no optimiser ", plain, plain_operations)
print("session               ", fused, fused_operations)

hidden = sys.argv[1] == "1"
for optimised in (predicted, function, fused):
    assert (optimised == 0).all() if hidden else np.isnan(optimised).all()
for single in (called, layer(ROW).numpy(), plain):
    assert np.isnan(single).all()
PYTHON

venv/bin/pip list 2>/dev/null | grep -E '^(keras|numpy|tensorflow_cpu) '
for onednn in 1 0; do
  echo "TF_ENABLE_ONEDNN_OPTS=$onednn"
  KERAS_HOME=$work KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=$onednn TF_CPP_MIN_LOG_LEVEL=3 \
    venv/bin/python program.py "$onednn"
done
