"""What runs inside the container image; each module uses the standard library alone."""
