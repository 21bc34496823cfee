"""Apply manifests to a live cluster, and tell in words what the operator makes of them."""
