"""A trained model: what it predicts, shows, and how it is kept."""
