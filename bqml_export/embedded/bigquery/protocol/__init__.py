"""What BigQuery's REST API writes and reads: requests, rows, the discovery document."""
