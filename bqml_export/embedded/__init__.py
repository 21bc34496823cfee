"""The embedded stand-in for BigQuery, BigQuery ML and Cloud Storage: real REST APIs on loopback."""
