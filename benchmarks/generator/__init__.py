"""What sends the requests of a measurement, in a process of its own."""
