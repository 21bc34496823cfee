"""Runs a version before it is AVAILABLE, so that no client pays for its first call."""
