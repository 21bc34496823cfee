"""What is known about buckets, objects and open uploads: one SQLite file, one transaction a change.

SQLite gives what a folder of JSON files does not: a change is whole or absent after a kill, and
it costs the same however many objects there are.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

from foundation.json_types import JsonObject

_SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, resource TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT, name TEXT, generation INTEGER, state INTEGER NOT NULL, expires_s INTEGER,
    content TEXT NOT NULL, resource TEXT NOT NULL, PRIMARY KEY (bucket, name, generation));
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, content TEXT NOT NULL, request TEXT NOT NULL);
"""
_OBJECT = "SELECT bucket, name, generation, state, expires_s, content, resource FROM objects "
_BEHIND_ALL = "\U0010ffff"


class State(IntEnum):
    """What became of a generation of an object."""

    LIVE = 0
    NONCURRENT = 1
    SOFT_DELETED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One generation of an object and the name of the file with its bytes."""

    bucket: str
    name: str
    generation: int
    content: str
    resource: JsonObject
    state: State = State.LIVE
    expires_s: int | None = None
    """When a soft-deleted one ends, in Unix time."""

    def described(self, resource: JsonObject) -> StoredObject:
        return replace(self, resource=resource)


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """A resumable upload: where its bytes are and what it was opened with."""

    id: str
    content: str
    request: JsonObject


class Catalog:
    """The tables. Each method is one transaction; `transaction` makes one of several."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(_SCHEMA)
        self._depth = 0
        self._afterwards: list[Callable[[], None]] = []

    def close(self) -> None:
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Makes everything inside happen at once, alone, or not at all."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._database.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if outermost:
                    self._database.execute("ROLLBACK")
                    self._afterwards.clear()
                raise
            else:
                if outermost:
                    self._database.execute("COMMIT")
            finally:
                self._depth -= 1
            if outermost:
                self._run_afterwards()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Runs `action` once the present transaction is durable; not at all if it fails."""
        with self._lock:
            self._afterwards.append(action)
            if not self._depth:
                self._run_afterwards()

    def _run_afterwards(self) -> None:
        actions, self._afterwards = self._afterwards, []
        for action in actions:
            action()

    def _rows(self, sql: str, *values: object) -> list[tuple[str, ...]]:
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    def bucket(self, name: str) -> JsonObject | None:
        rows = self._rows("SELECT resource FROM buckets WHERE name = ?", name)
        return _decoded(rows[0][0]) if rows else None

    def buckets(self, prefix: str) -> list[JsonObject]:
        sql = "SELECT resource FROM buckets WHERE name >= ? AND name < ? ORDER BY name"
        return [_decoded(row[0]) for row in self._rows(sql, prefix, prefix + _BEHIND_ALL)]

    def put_bucket(self, name: str, resource: JsonObject) -> None:
        self._rows("INSERT OR REPLACE INTO buckets VALUES (?, ?)", name, json.dumps(resource))

    def delete_bucket(self, name: str) -> None:
        """Forgets a bucket and whatever is left of its objects."""
        with self.transaction():
            self._rows("DELETE FROM objects WHERE bucket = ?", name)
            self._rows("DELETE FROM buckets WHERE name = ?", name)

    def live(self, bucket: str, name: str) -> StoredObject | None:
        where = "WHERE bucket = ? AND name = ? AND state = 0"
        rows = self._rows(_OBJECT + where, bucket, name)
        return _stored(rows[0]) if rows else None

    def generation(self, bucket: str, name: str, generation: int) -> StoredObject | None:
        """Returns one generation of an object whatever its state, or None."""
        where = "WHERE bucket = ? AND name = ? AND generation = ?"
        rows = self._rows(_OBJECT + where, bucket, name, generation)
        return _stored(rows[0]) if rows else None

    def objects(self, bucket: str, prefix: str, *states: State) -> list[StoredObject]:
        """Returns the objects in one of `states`, by name and generation."""
        marks = ", ".join(str(int(state)) for state in states)
        where = f"WHERE bucket = ? AND name >= ? AND name < ? AND state IN ({marks}) "
        order = "ORDER BY name, generation"
        rows = self._rows(_OBJECT + where + order, bucket, prefix, prefix + _BEHIND_ALL)
        return [_stored(row) for row in rows]

    def put_object(self, stored: StoredObject) -> None:
        self._rows(
            "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)",
            stored.bucket,
            stored.name,
            stored.generation,
            int(stored.state),
            stored.expires_s,
            stored.content,
            json.dumps(stored.resource),
        )

    def delete_object(self, stored: StoredObject) -> None:
        sql = "DELETE FROM objects WHERE bucket = ? AND name = ? AND generation = ?"
        self._rows(sql, stored.bucket, stored.name, stored.generation)

    def expired(self, now_s: float) -> list[StoredObject]:
        return [_stored(row) for row in self._rows(_OBJECT + "WHERE expires_s < ?", now_s)]

    def last_generation(self) -> int:
        return int(self._rows("SELECT coalesce(max(generation), 0) FROM objects")[0][0])

    def upload(self, upload_id: str) -> OpenUpload | None:
        rows = self._rows("SELECT id, content, request FROM uploads WHERE id = ?", upload_id)
        return OpenUpload(rows[0][0], rows[0][1], _decoded(rows[0][2])) if rows else None

    def put_upload(self, upload: OpenUpload) -> None:
        values = (upload.id, upload.content, json.dumps(upload.request))
        self._rows("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?)", *values)

    def delete_upload(self, upload_id: str) -> None:
        self._rows("DELETE FROM uploads WHERE id = ?", upload_id)

    def forget_finished_uploads(self) -> None:
        """Forgets the uploads whose clients can be expected to know that they are finished."""
        self._rows("DELETE FROM uploads WHERE content = ''")

    def contents(self) -> set[str]:
        """Returns the names of all files with bytes that somebody needs."""
        rows = self._rows("SELECT content FROM objects UNION SELECT content FROM uploads")
        parts = self._rows(
            "SELECT part.value FROM uploads, json_each(uploads.request, '$.parts') AS part"
        )
        return {row[0] for row in (*rows, *parts)}


def _decoded(text: str) -> JsonObject:
    content: JsonObject = json.loads(text)
    return content


def _stored(row: tuple[str, ...]) -> StoredObject:
    bucket, name, generation, state, expires_s, content, resource = row
    return StoredObject(
        bucket=bucket,
        name=name,
        generation=int(generation),
        state=State(int(state)),
        expires_s=int(expires_s) if expires_s is not None else None,
        content=content,
        resource=_decoded(resource),
    )
