"""A service of the run's own on this machine: starts it, measures its processes, stops it."""
