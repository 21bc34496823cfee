"""The capacity plan: what one replica can do, and what a wanted load needs."""
