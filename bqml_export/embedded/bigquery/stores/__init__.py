"""Jobs and models on disk, and all stores that a request may use."""
