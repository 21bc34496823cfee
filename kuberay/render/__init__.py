"""Kubernetes objects as plain data, one module per kind, and the YAML that they are written as."""
