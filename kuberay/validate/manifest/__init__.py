"""YAML streams as Kubernetes reads them, with the line of every value."""
