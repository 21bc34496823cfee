"""The model repository on disk: `<root>/<model>/<version>/`."""
