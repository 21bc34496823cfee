"""Whether a run proved what it was to prove."""
