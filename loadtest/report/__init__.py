"""The report of a run: a page to hand on, a picture, and the numbers for machines."""
