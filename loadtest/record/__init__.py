"""What a load test observed: plain data, written as it happens and read again at the end."""
