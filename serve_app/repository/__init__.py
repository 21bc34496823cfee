"""Where versions lie: folders and buckets."""
