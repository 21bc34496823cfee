"""Faults under load: what is done to the service, and what clients saw of it."""
