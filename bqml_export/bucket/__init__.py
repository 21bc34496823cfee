"""Cloud Storage through google-cloud-storage: where an export goes and how it is fetched."""
