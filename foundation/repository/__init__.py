"""The contract of a model repository, `<root>/<model>/<version>/`, between writers and readers."""
