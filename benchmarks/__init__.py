"""Measurements; `python -m benchmarks` puts our service beside others."""
