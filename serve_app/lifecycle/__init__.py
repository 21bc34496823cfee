"""The loaded versions of all models: what is wanted, loaded, lent and unloaded."""
