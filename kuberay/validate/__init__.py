"""Find what would be refused, and what would be accepted and then fail."""
