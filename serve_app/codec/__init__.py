"""TensorFlow Serving's JSON dialect, to and from numpy tensors; knows nothing of HTTP."""
