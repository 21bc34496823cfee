"""Serves BigQuery ML exports on Ray Serve with TensorFlow Serving's API."""
