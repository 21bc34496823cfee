"""TensorFlow Serving's dialect of JSON."""
