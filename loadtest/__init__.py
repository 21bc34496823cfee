"""Proves by load that replicas grow, and shows it."""
