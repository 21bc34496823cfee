"""What one Locust process does: what it sends, how fast, and whether the answers are right."""
