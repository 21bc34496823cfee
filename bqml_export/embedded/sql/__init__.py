"""Recognises BigQuery ML statements and functions in GoogleSQL text."""
