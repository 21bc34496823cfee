"""What clients speak: what is read, written and routed."""
