"""What every protocol calls: one queue of requests, model calls, and their bounds."""
