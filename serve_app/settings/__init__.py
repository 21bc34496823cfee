"""Frozen, typed settings: one data model, read from file, environment and command line."""
