"""What the API server checks: the structural schema of every object."""
