"""TensorFlow Serving's metrics, and their page for Prometheus."""
