"""What carries bytes, and knows no protocol."""
