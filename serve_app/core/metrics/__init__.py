"""What is counted and measured: TensorFlow Serving's metrics and our own, in one registry."""
