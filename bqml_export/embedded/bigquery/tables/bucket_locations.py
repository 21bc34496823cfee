"""Buckets must be where the dataset is."""

from __future__ import annotations

from bqml_export.embedded.bigquery.stores.services import ObjectStore
from bqml_export.errors import InvalidQueryError, NotFoundError


def check_bucket_location(
    objects: ObjectStore, bucket: str, dataset_location: str, *, reading: bool
) -> None:
    """Checks that a job may read from or write to a bucket.

    BigQuery loads a bucket from anywhere into a dataset in the US; else both must be in one place.
    """
    found = objects.bucket_location(bucket)
    if found is None:
        raise NotFoundError(f"Not found: Bucket {bucket}")
    dataset, location = dataset_location.upper(), found.upper()
    if location == dataset or (reading and dataset == "US"):
        return
    source, destination = (location, dataset) if reading else (dataset, location)
    raise InvalidQueryError(
        f"Cannot read and write in different locations: source: {source}, "
        f"destination: {destination}"
    )
