"""Whether rows of several requests may share a model call."""
