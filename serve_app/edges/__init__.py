"""The thin edges: each only translates between a transport and the core."""
