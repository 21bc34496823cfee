"""The pages lead to each other and to files that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "docs" / "README.md"
PAGES = sorted((ROOT / "docs").glob("*.md"))
ALL = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *PAGES]
NOT_HERE = re.compile(r"(tests/)?serve_app/(kinds/scales|protocols/rows)/|ray/serve/")
"""Files that CONTRIBUTING.md has its reader make, and Ray's own."""
FOLDERS = (
    "benchmarks", "bqml_export", "docs", "foundation", "image", "kuberay", "loadtest", "serve_app",
    "sql", "tests",
)  # fmt: skip
ROOMS = ("bqml_export", "serve_app", "kuberay", "loadtest", "foundation", "benchmarks")
MODULE = re.compile(r"python -m ([\w.]+)")


def name_of(path: Path) -> str:
    """The path relative to the project."""
    return str(path.relative_to(ROOT))


def prose(page: Path) -> str:
    """The text without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> Iterator[str]:
    """The targets of a page's links to files and anchors."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if not target.startswith(("http://", "https://")):
            yield target


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_index_reaches_every_page(page: Path) -> None:
    """Each has one line there."""
    assert page == INDEX or page.name in links(INDEX), f"docs/README.md does not list {page.name}"


def test_the_readme_leads_to_the_index() -> None:
    """And to what a contributor reads first."""
    assert {"docs/README.md", "CONTRIBUTING.md"} <= set(links(ROOT / "README.md"))


@pytest.mark.parametrize("page", ALL, ids=name_of)
def test_a_link_leads_somewhere(page: Path) -> None:
    """Files and headings."""
    for link in links(page):
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        assert target.exists(), f"{name_of(page)} links to {link}, which is not there"
        assert not anchor or anchor in anchors(target), f"{name_of(page)}: no heading for {link}"


@pytest.mark.parametrize("page", ALL, ids=name_of)
def test_a_path_that_is_named_exists(page: Path) -> None:
    """In backticks, or in a command; a module also by the end of its path."""
    for text in re.findall(r"`([\w.*-]+/[\w./*-]*)`", prose(page)):
        if not NOT_HERE.match(text) and (text.split("/")[0] in FOLDERS or text.endswith(".py")):
            found = any(ROOT.glob(text)) or any(
                any((ROOT / folder).rglob(text)) for folder in FOLDERS
            )
            assert found, f"{name_of(page)} names {text}, which is not there"
    for module in MODULE.findall(page.read_text()):
        path = ROOT / module.replace(".", "/")
        if path.parts[len(ROOT.parts)] in FOLDERS:
            found = path.is_dir() or path.with_suffix(".py").is_file()
            assert found, f"{name_of(page)} runs {module}, which is not there"


@pytest.mark.parametrize("folder", ROOMS)
def test_the_architecture_lists_every_room(folder: str) -> None:
    """In the table of its folder."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    table = page.partition(f"## The rooms of {folder}\n")[2].partition("\n## ")[0]
    for package in sorted((ROOT / folder).glob("*/__init__.py")):
        assert f"`{package.parent.name}/" in table, f"docs/architecture.md lacks {package.parent}"


def test_headings_become_anchors(tmp_path: Path) -> None:
    """Capitals, blanks and signs; nothing of a block of code."""
    page = tmp_path / "page.md"
    page.write_text("# What Ray's front makes\n```sh\n# no heading\n```\n## `make x`: two, 3\n")
    assert anchors(page) == {"what-rays-front-makes", "make-x-two-3"}
