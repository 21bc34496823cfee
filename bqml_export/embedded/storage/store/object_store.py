"""Buckets and objects: what may be done with them, each change whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bqml_export.embedded.storage.protocol.preconditions import Conditions
from bqml_export.embedded.storage.protocol.timestamps import Generations, timestamp_now
from bqml_export.embedded.storage.protocol.wire import ApiError
from bqml_export.embedded.storage.store.bucket_rules import keeps_versions, soft_delete_s
from bqml_export.embedded.storage.store.catalog import Catalog, State, StoredObject
from bqml_export.embedded.storage.store.content import ContentFiles, Digests
from bqml_export.embedded.storage.store.object_rules import (
    check_digests,
    check_object_name,
    new_object,
)
from foundation.json_types import JsonObject

ALWAYS = Conditions()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewObject:
    """Bytes that have arrived, and what they are to become.

    `fields` is what the client set; `crc32c` and `md5Hash` in it must be those of the bytes.
    """

    bucket: str
    name: str
    fields: Mapping[str, Any]
    content: str
    digests: Digests
    conditions: Conditions = ALWAYS
    component_count: int | None = None


class ObjectStore:
    """A folder with a catalog and the bytes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.catalog = Catalog(folder / "catalog.sqlite3")
        self.content = ContentFiles(folder / "content")
        self._generations = Generations(self.catalog.last_generation())
        self.catalog.forget_finished_uploads()
        self.content.remove_all_but(self.catalog.contents())

    def close(self) -> None:
        self.catalog.close()

    def bucket(self, name: str) -> JsonObject:
        found = self.catalog.bucket(name)
        if found is None:
            raise ApiError(404, "The specified bucket does not exist.")
        return found

    def object(
        self, bucket: str, name: str, generation: int | None = None, *, soft_deleted: bool = False
    ) -> StoredObject:
        """Returns an object: the live one, or the given generation."""
        self.bucket(bucket)
        found = self._generation(bucket, name, generation)
        if found is None or (found.state == State.SOFT_DELETED) != soft_deleted:
            raise ApiError(404, f"No such object: {bucket}/{name}")
        return found

    def _generation(self, bucket: str, name: str, generation: int | None) -> StoredObject | None:
        if generation is None:
            return self.catalog.live(bucket, name)
        return self.catalog.generation(bucket, name, generation)

    def require(
        self, bucket: str, name: str, conditions: Conditions, *, reading: bool = False
    ) -> None:
        """Refuses a request whose preconditions on the live object do not hold."""
        current = self.catalog.live(bucket, name)
        require(conditions, current.resource if current else None, reading=reading)

    def insert(self, new: NewObject) -> StoredObject:
        """Returns the object that the bytes have become; the file is the store's from now on."""
        try:
            stored, gone = self._insert(new)
        except BaseException:
            self.content.remove(new.content)
            raise
        self._drop([*gone, *self._expire()])
        return stored

    def _insert(self, new: NewObject) -> tuple[StoredObject, list[str]]:
        check_object_name(new.name)
        check_digests(new.fields, new.digests)
        with self.catalog.transaction():
            bucket = self.bucket(new.bucket)
            self.require(new.bucket, new.name, new.conditions)
            generation = self._generations.next()
            resource = new_object(bucket, new.name, generation, new.fields, new.digests)
            if new.component_count is not None:
                resource["componentCount"] = new.component_count
            stored = StoredObject(
                bucket=new.bucket,
                name=new.name,
                generation=generation,
                content=new.content,
                resource=resource,
            )
            current = self.catalog.live(new.bucket, new.name)
            gone = self._retire(bucket, current) if current else []
            self.catalog.put_object(stored)
        return stored, gone

    def change(self, stored: StoredObject, resource: JsonObject) -> StoredObject:
        changed = stored.described(resource)
        self.catalog.put_object(changed)
        return changed

    def delete(
        self, bucket: str, name: str, conditions: Conditions, generation: int | None = None
    ) -> None:
        """Deletes the live object, or one generation for good."""
        with self.catalog.transaction():
            stored = self.object(bucket, name, generation)
            require(conditions, stored.resource, reading=False)
            _require_no_hold(stored)
            kept = generation is None and keeps_versions(self.bucket(bucket))
            gone = self._retire(self.bucket(bucket), stored, for_good=not kept)
        self._drop([*gone, *self._expire()])

    def restore(self, stored: StoredObject, conditions: Conditions) -> StoredObject:
        fields = {k: v for k, v in stored.resource.items() if k not in ("acl", "crc32c", "md5Hash")}
        return self.insert(
            NewObject(
                bucket=stored.bucket,
                name=stored.name,
                fields=fields,
                content=self.content.duplicate(stored.content),
                digests=digests_of(stored.resource),
                conditions=conditions,
            )
        )

    def delete_bucket(self, name: str, conditions: Conditions) -> None:
        with self.catalog.transaction():
            require(conditions, self.bucket(name), reading=False)
            if self.catalog.objects(name, "", State.LIVE, State.NONCURRENT):
                raise ApiError(409, "The bucket you tried to delete is not empty.")
            gone = [stored.content for stored in self.catalog.objects(name, "", State.SOFT_DELETED)]
            self.catalog.delete_bucket(name)
        self._drop(gone)

    def _retire(
        self, bucket: Mapping[str, Any], stored: StoredObject, *, for_good: bool = False
    ) -> list[str]:
        """Takes a generation out of the way; returns the files that nobody needs any more."""
        _require_no_hold(stored)
        resource = {**stored.resource, "timeDeleted": timestamp_now()}
        if keeps_versions(bucket) and not for_good:
            self.catalog.put_object(replace(stored, state=State.NONCURRENT, resource=resource))
            return []
        seconds = soft_delete_s(bucket)
        if not seconds:
            self.catalog.delete_object(stored)
            return [stored.content]
        resource["softDeleteTime"] = resource["timeDeleted"]
        ends_s = int(time.time()) + seconds
        self.catalog.put_object(
            replace(stored, state=State.SOFT_DELETED, resource=resource, expires_s=ends_s)
        )
        return []

    def _expire(self) -> list[str]:
        expired = self.catalog.expired(time.time())
        for stored in expired:
            self.catalog.delete_object(stored)
        return [stored.content for stored in expired]

    def _drop(self, contents: list[str]) -> None:
        for content in contents:
            self.remove_afterwards(content)

    def remove_afterwards(self, content: str) -> None:
        """Removes a file, but never before the catalog has forgotten it."""
        self.catalog.after_commit(partial(self.content.remove, content))


def require(conditions: Conditions, current: Mapping[str, Any] | None, *, reading: bool) -> None:
    status = conditions.failed(current, reading=reading)
    if status is not None:
        message = "At least one of the pre-conditions you specified did not hold."
        raise ApiError(int(status), message)


def digests_of(resource: Mapping[str, Any]) -> Digests:
    return Digests(int(resource["size"]), resource["crc32c"], resource.get("md5Hash"))


def _require_no_hold(stored: StoredObject) -> None:
    for hold in ("temporaryHold", "eventBasedHold"):
        if stored.resource.get(hold):
            message = f"Object '{stored.bucket}/{stored.name}' is under active {hold} and cannot be deleted, overwritten or archived until hold is removed."  # noqa: E501
            raise ApiError(403, message)
