"""SavedModels, run in-process by TensorFlow."""
