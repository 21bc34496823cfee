"""The OPTIONS(...) of CREATE MODEL."""
