"""Shares one model call among concurrent requests."""
