"""Losses, and how weights are found and how sure they are."""
