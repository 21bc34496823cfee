"""BigQuery through google-cloud-bigquery: train a model, describe it, extract it."""
