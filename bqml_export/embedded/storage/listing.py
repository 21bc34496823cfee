"""objects.list: prefixes, offsets and pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    include_trailing_delimiter: bool = False
    page_token: str = ""
    """The last entry of the page before."""
    page_size: int = _DEFAULT_PAGE


@dataclass(slots=True)
class Page:
    """One page: objects and, with a delimiter, folders."""

    items: list[dict[str, Any]] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    next_token: str | None = None


def list_page(objects: Iterable[dict[str, Any]], request: ListRequest) -> Page:
    """Returns one page of `objects` in the order of their names."""
    page, last = Page(), request.page_token
    for entry, resource in _entries(objects, request):
        if entry <= request.page_token and request.page_token:
            continue
        if len(page.items) + len(page.prefixes) >= request.page_size:
            page.next_token = last
            return page
        if resource is None:
            page.prefixes.append(entry)
        else:
            page.items.append(resource)
        last = entry
    return page


def _entries(
    objects: Iterable[dict[str, Any]], request: ListRequest
) -> list[tuple[str, dict[str, Any] | None]]:
    found: dict[str, dict[str, Any] | None] = {}
    trailing: list[tuple[str, dict[str, Any] | None]] = []
    for resource in objects:
        name = str(resource["name"])
        if not _in_range(name, request):
            continue
        folder = _folder(name, request)
        if folder is None:
            found[name] = resource
            continue
        found[folder] = None
        if request.include_trailing_delimiter and name == folder:
            trailing.append((name, resource))
    return sorted([*found.items(), *trailing], key=lambda entry: entry[0])


def _in_range(name: str, request: ListRequest) -> bool:
    before_end = not request.end or name < request.end
    return name.startswith(request.prefix) and name >= request.start and before_end


def _folder(name: str, request: ListRequest) -> str | None:
    if not request.delimiter:
        return None
    head, found, _ = name[len(request.prefix) :].partition(request.delimiter)
    return request.prefix + head + found if found else None
