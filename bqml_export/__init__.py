"""Train with BigQuery ML SQL, export, download and publish a versioned model folder."""
