"""The deploy file: what a team says about its service; everything else is derived."""
