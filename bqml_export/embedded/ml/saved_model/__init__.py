"""A model as a TensorFlow SavedModel."""
