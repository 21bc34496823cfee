"""The Ray Serve edge: the autoscaling deployment that hosts the core."""
