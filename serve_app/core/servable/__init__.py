"""Loaded versions: TensorFlow sessions, their life cycle and the leases on them."""
