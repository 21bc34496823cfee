"""BigQuery's REST API on loopback: BigQuery ML of our own in front of an emulator of the rest."""
