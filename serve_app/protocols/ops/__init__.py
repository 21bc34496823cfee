"""Probes, the catalogue of models and the page for Prometheus."""
