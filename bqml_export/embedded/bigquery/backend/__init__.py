"""The tables behind the service: bqemulator in this process, its errors in BigQuery's words."""
