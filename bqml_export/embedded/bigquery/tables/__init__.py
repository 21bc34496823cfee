"""Tables that jobs read, load, extract and write."""
