"""Watches the replicas by Ray Serve's own account: how many are wanted, run and are busy."""
