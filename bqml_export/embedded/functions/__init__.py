"""BigQuery ML's functions: those that become plain SQL, and those of models."""
