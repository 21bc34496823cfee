"""TensorFlow Serving's messages, to and from arrays."""
