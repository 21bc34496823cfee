"""The frame of a command line: groups, options, output, and how a command fails."""
