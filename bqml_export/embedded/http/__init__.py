"""What both services read of HTTP."""
