"""The gRPC edge: TensorFlow Serving's PredictionService and ModelService, and gRPC's own Health."""
