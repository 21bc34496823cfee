"""Names of places in Cloud Storage: gs://bucket/prefix."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bqml_export.errors import UsageError
from bqml_export.repository.file_list import safe_relative_path

_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]", re.ASCII)


def require_bucket_name(name: str) -> None:
    if not _BUCKET.fullmatch(name) or ".." in name or name.startswith("goog") or "google" in name:
        raise UsageError(
            f"'{name}' is not a bucket name",
            hint="3 to 63 lower-case letters, digits, '-', '_' and '.', without 'google' in it",
        )


@dataclass(frozen=True, slots=True)
class BucketUri:
    """A bucket and a prefix without slashes at its ends; the prefix may be empty."""

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, text: str) -> BucketUri:
        """Reads `gs://bucket[/prefix]`."""
        bucket, _, prefix = text.removeprefix("gs://").partition("/")
        prefix = prefix.rstrip("/")
        valid = text.startswith("gs://") and _BUCKET.fullmatch(bucket)
        if not valid or (prefix and not safe_relative_path(prefix)) or "*" in prefix:
            raise UsageError(f"'{text}' is not a place in Cloud Storage", hint="gs://bucket/prefix")
        return cls(bucket, prefix)

    def below(self, *parts: str) -> BucketUri:
        return BucketUri(self.bucket, "/".join(part for part in (self.prefix, *parts) if part))

    @property
    def folder(self) -> str:
        """The prefix as object names below it start: with a slash at its end."""
        return f"{self.prefix}/" if self.prefix else ""

    def __str__(self) -> str:
        return f"gs://{self.bucket}/{self.prefix}" if self.prefix else f"gs://{self.bucket}"
