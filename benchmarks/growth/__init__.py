"""How the cost of a request grows with what is asked."""
