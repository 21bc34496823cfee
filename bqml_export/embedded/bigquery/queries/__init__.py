"""Query jobs and their results, and what a job of each type does."""
