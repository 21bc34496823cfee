"""Frozen, typed settings of a load test: one data model, read from file, environment, options."""
