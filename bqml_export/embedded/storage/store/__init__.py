"""Buckets and objects on disk, and the rules for changing them."""
