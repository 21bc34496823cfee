"""objects.list: prefixes, offsets, globs and pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bqml_export.embedded.storage.protocol.glob_pattern import glob_pattern
from bqml_export.embedded.storage.protocol.wire import ApiError
from bqml_export.embedded.storage.store.catalog import StoredObject

_DEFAULT_PAGE = 1000


@dataclass(frozen=True, slots=True)
class ListRequest:
    """The parameters of objects.list."""

    prefix: str = ""
    delimiter: str = ""
    start: str = ""
    """First name that is listed."""
    end: str = ""
    """First name that is not listed any more, or "" for no end."""
    glob: str = ""
    include_trailing_delimiter: bool = False
    page_token: str = ""
    page_size: int = _DEFAULT_PAGE


@dataclass(slots=True)
class Page:
    """One page: objects and, with a delimiter, folders."""

    items: list[StoredObject] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    next_token: str | None = None


def list_page(objects: Iterable[StoredObject], request: ListRequest) -> Page:
    """Returns one page of `objects`, which come in the order of names and generations."""
    if request.glob and request.delimiter not in ("", "/"):
        raise ApiError(
            400, "When listing with a glob pattern, the only supported delimiter is '/'."
        )
    after = _read_token(request.page_token) if request.page_token else None
    page, size, last = Page(), request.page_size or _DEFAULT_PAGE, ("", 0)
    for name, stored in _entries(objects, request):
        position = (name, stored.generation if stored else 0)
        if after is not None and position <= after:
            continue
        if len(page.items) + len(page.prefixes) >= size:
            page.next_token = _token(*last)
            return page
        if stored is None:
            page.prefixes.append(name)
        else:
            page.items.append(stored)
        last = position
    return page


def _entries(
    objects: Iterable[StoredObject], request: ListRequest
) -> Iterator[tuple[str, StoredObject | None]]:
    matches = glob_pattern(request.glob).fullmatch if request.glob else None
    found: dict[tuple[str, int], StoredObject | None] = {}
    for stored in objects:
        name = stored.name
        if not _in_range(name, request) or (matches and not matches(name)):
            continue
        folder = _folder(name, request)
        if folder is not None and not (matches and not matches(folder)):
            found[folder, 0] = None
        if folder is None or (request.include_trailing_delimiter and name == folder):
            found[name, stored.generation] = stored
    return ((name, found[name, generation]) for name, generation in sorted(found))


def _in_range(name: str, request: ListRequest) -> bool:
    before_end = not request.end or name < request.end
    return name.startswith(request.prefix) and name >= request.start and before_end


def _folder(name: str, request: ListRequest) -> str | None:
    if not request.delimiter:
        return None
    head, found, _ = name[len(request.prefix) :].partition(request.delimiter)
    return request.prefix + head + found if found else None


def _token(name: str, generation: int) -> str:
    return base64.urlsafe_b64encode(f"{generation}/{name}".encode()).decode("ascii")


def _read_token(token: str) -> tuple[str, int]:
    try:
        generation, _, name = base64.urlsafe_b64decode(token.encode()).decode().partition("/")
        return name, int(generation)
    except (binascii.Error, ValueError):
        raise ApiError(400, f"Invalid pageToken: '{token}'") from None
