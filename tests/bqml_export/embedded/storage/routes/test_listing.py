"""Pages of objects.list."""

from __future__ import annotations

import pytest

from bqml_export.embedded.storage.routes._listing import ListRequest, list_page
from bqml_export.embedded.storage.store.catalog import StoredObject


def stored(name: str) -> StoredObject:
    """Returns an object of that name."""
    return StoredObject(bucket="b", name=name, generation=1, content="", resource={})


NAMES = ("a/", "a/1", "a/b/2", "b", "c/3")


@pytest.mark.parametrize(
    ("size", "delimiter", "pages"),
    [
        (10, "", [["a/", "a/1", "a/b/2", "b", "c/3"]]),
        (2, "", [["a/", "a/1"], ["a/b/2", "b"], ["c/3"]]),
        (2, "/", [["a/", "b"], ["c/"]]),
        (5, "/", [["a/", "b", "c/"]]),
    ],
)
def test_pages_join_up(size: int, delimiter: str, pages: list[list[str]]) -> None:
    """Following the page tokens gives every entry once, in order."""
    objects, token, seen = [stored(name) for name in NAMES], "", []
    while True:
        request = ListRequest(delimiter=delimiter, page_size=size, page_token=token)
        page = list_page(objects, request)
        seen.append(sorted([item.name for item in page.items] + page.prefixes))
        if page.next_token is None:
            break
        token = page.next_token
    assert seen == pages


def test_a_folders_own_object_is_listed_on_demand() -> None:
    """With includeTrailingDelimiter an object that is named like a folder is an item as well."""
    request = ListRequest(delimiter="/", include_trailing_delimiter=True)
    page = list_page([stored(name) for name in NAMES], request)
    assert ([item.name for item in page.items], page.prefixes) == (["a/", "b"], ["a/", "c/"])
