"""Starts an isolated local Ray cluster, deploys the service and waits for its first answer."""
