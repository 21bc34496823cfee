"""Writes a model with many features. Arguments: the version folder, the number of features.

A linear model with one named scalar input per feature, as BigQuery ML exports them.
"""

from __future__ import annotations

import sys

import tensorflow as tf


def write(folder: str, features: int) -> None:
    """Writes it."""
    v1 = tf.compat.v1
    with v1.Graph().as_default(), v1.Session() as session:
        inputs = {f"f{i}": v1.placeholder(tf.float64, [None], f"f{i}") for i in range(features)}
        weights = v1.Variable(tf.ones([features, 1], tf.float64) / features)
        predicted = tf.reshape(tf.matmul(tf.stack(list(inputs.values()), 1), weights), [-1])
        session.run(v1.global_variables_initializer())
        info = v1.saved_model.utils.build_tensor_info
        signature = v1.saved_model.build_signature_def(
            {name: info(tensor) for name, tensor in inputs.items()},
            {"predicted_label": info(predicted)},
            "tensorflow/serving/predict",
        )
        builder = v1.saved_model.Builder(folder)
        builder.add_meta_graph_and_variables(session, ["serve"], {"serving_default": signature})
        builder.save()


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]))
