"""Measurements of the running service; each module is a command of its own."""
