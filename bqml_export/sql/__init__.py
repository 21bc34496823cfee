"""GoogleSQL as text: the one reader of statements, for the command line and the embedded engine."""
