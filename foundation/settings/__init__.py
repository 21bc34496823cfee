"""Typed settings, and the sources that they come from."""
