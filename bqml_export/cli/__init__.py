"""The command line: one module per command, in the order of the user's story."""
