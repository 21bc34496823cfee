"""The transport-free core: what is on disk, what is loaded, and what a prediction is."""
