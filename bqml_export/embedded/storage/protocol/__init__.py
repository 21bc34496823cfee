"""The JSON API's requests, answers and preconditions."""
