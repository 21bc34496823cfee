"""The kinds of models that are served, each a room that turns a folder into a servable."""
