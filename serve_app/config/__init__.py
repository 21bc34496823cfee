"""Which models are served: the model config file, and what replicas share of it."""
