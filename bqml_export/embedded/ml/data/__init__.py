"""Tables, their columns and labels, and the split of their rows."""
