#!/usr/bin/env bash
# The guess: the graphs in RunMetadata (what a session really ran) are GraphDefs like any other.
#   `tf.make_ndarray` reads the value of each constant in them, as it does for the graph that was
#   written.
# The behaviour: two or more texts stand in `tensor_content` there (lengths as varints, then all
#   bytes), not in `string_val`. TensorFlow's C++ reads that; its own Python reader raises "cannot
#   create an OBJECT array from memory buffer". One text alone stays in `string_val`, so a test with
#   one word passes. Numbers are read in both graphs.
# Why it matters here: which requests may share a call is decided on the executed graph, and
#   vocabularies are constants of texts. A reader of TensorProto that follows TensorFlow's Python
#   reader does not know this form.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  tensorflow-cpu==2.21.0 numpy==2.4.6 protobuf==6.33.6

cat > program.py <<'PYTHON'
import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
VALUES = {"one": ["red"], "two": ["red", "green"], "numbers": [1.5, 2.5]}


def constants(graph):
    for node in graph.node:
        if node.op == "Const" and node.name.split("/")[0] in VALUES:
            yield node.name.split("/")[0], node


def read(tensor):
    try:
        return tf.make_ndarray(tensor).tolist()
    except ValueError as error:
        return f"ValueError: {error}"


def read_by_a_session(node):
    """Imports the node alone and runs it."""
    with tf.Graph().as_default(), v1.Session() as session:
        graph = v1.GraphDef(node=[node])
        (value,) = tf.import_graph_def(graph, return_elements=[f"{node.name}:0"])
        return session.run(value).tolist()


with tf.Graph().as_default() as graph:
    fetches = [tf.identity(tf.constant(value), name=name) for name, value in VALUES.items()]
    fetches += [tf.constant(value, name=f"{name}/written") for name, value in VALUES.items()]
    metadata = v1.RunMetadata()
    with v1.Session() as session:
        options = v1.RunOptions(output_partition_graphs=True)
        session.run(fetches, options=options, run_metadata=metadata)

written = dict(constants(graph.as_graph_def()))
executed = dict(pair for part in metadata.partition_graphs for pair in constants(part))
assert set(written) == set(executed) == set(VALUES)
for kind, nodes in (("written", written), ("executed", executed)):
    for name, node in sorted(nodes.items()):
        tensor = node.attr["value"].tensor
        print(f"{kind} {name}: string_val {list(tensor.string_val)},"
              f" tensor_content {tensor.tensor_content}; make_ndarray: {read(tensor)};"
              f" a session: {read_by_a_session(node)}")
        wanted = [v.encode() if isinstance(v, str) else v for v in VALUES[name]]
        assert read_by_a_session(node) == wanted
        unreadable = kind == "executed" and name == "two"
        assert str(read(tensor)).startswith("ValueError") if unreadable else read(tensor) == wanted
assert executed["two"].attr["value"].tensor.tensor_content == b"\x03\x05redgreen"
PYTHON

venv/bin/pip list 2>/dev/null | grep -E '^(numpy|protobuf|tensorflow_cpu) '
for onednn in 1 0; do
  echo "TF_ENABLE_ONEDNN_OPTS=$onednn"
  TF_ENABLE_ONEDNN_OPTS=$onednn TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python program.py
done
