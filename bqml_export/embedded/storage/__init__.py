"""Cloud Storage's JSON API on loopback."""
