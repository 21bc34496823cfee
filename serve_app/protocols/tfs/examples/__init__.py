"""Inference on tf.Examples: classify, regress, and several of both in one call of the model."""
