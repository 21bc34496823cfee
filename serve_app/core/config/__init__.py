"""The model configuration: which models are served, read from a file or sent by a client."""
