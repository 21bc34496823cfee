"""The model repository on disk: `<root>/<model>/<version>/`, what may enter it and how."""
