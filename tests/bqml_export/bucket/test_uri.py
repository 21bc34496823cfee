"""Places in Cloud Storage."""

from __future__ import annotations

import pytest

from bqml_export.bucket.uri import BucketUri
from bqml_export.errors import UsageError


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("gs://bucket", "bucket", ""),
        ("gs://bucket/", "bucket", ""),
        ("gs://my.bucket-1/a/b/", "my.bucket-1", "a/b"),
    ],
)
def test_a_place_is_split(text: str, bucket: str, prefix: str) -> None:
    """Slashes at the end do not make another place."""
    place = BucketUri.parse(text)
    assert (place.bucket, place.prefix) == (bucket, prefix)
    assert str(place) == text.rstrip("/")


@pytest.mark.parametrize(
    "text", ["", "bucket/x", "s3://bucket/x", "gs://", "gs://B/x", "gs://bucket/../x", "gs://b/a*"]
)
def test_what_is_no_place_is_refused(text: str) -> None:
    """Other schemes, wrong bucket names, wildcards and dots are named."""
    with pytest.raises(UsageError, match="is not a place in Cloud Storage"):
        BucketUri.parse(text)


def test_a_place_below_another() -> None:
    """The root of a bucket has no slash of its own."""
    assert str(BucketUri("b-1", "").below("a", "b")) == "gs://b-1/a/b"
    assert BucketUri("b-1", "a").below("b").folder == "a/b/"
