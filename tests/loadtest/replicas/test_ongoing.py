"""Ongoing requests per replica, out of Ray's own metrics."""

from __future__ import annotations

from typing import Any

import pytest

from loadtest.errors import ReplicasError
from loadtest.replicas._ongoing import Ongoing, metrics_urls, parse, read_ongoing
from loadtest.replicas.dashboard import Dashboard


def test_the_pages_that_the_dashboard_lists_are_read(fake_ray: Any) -> None:
    """The deployment's own numbers only; what waits before the replicas is added up."""
    fake_ray.show(ongoing={"aaa": 3.0, "bbb": 0.0})
    urls = metrics_urls(Dashboard(fake_ray.site.url, "a-token"))
    found = read_ongoing([*urls, *urls], "bqml", "ModelServer")
    assert found == Ongoing({"aaa": 3.0, "bbb": 0.0}, 4.0)


def test_a_page_that_cannot_be_read_hides_no_other(fake_ray: Any) -> None:
    """Ray lists a page of its cluster autoscaler also where nobody answers there."""
    (url,) = metrics_urls(Dashboard(fake_ray.site.url, "a-token"))
    found = read_ongoing([f"{fake_ray.site.url}/nobody", url], "bqml", "ModelServer")
    assert found.by_replica == {"aaa": 3.0}
    assert "/nobody" in found.unread
    assert "404" in found.unread


def test_what_no_page_says_is_unknown() -> None:
    """Not 0."""
    assert parse(["ray_other 1.0"], "bqml", "ModelServer") == Ongoing({}, None)


@pytest.mark.parametrize(
    ("page", "words"),
    [((404, "x"), "404"), ((200, "ray_other 1.0"), "no ray_serve_replica_processing_queries")],
)
def test_a_page_without_numbers_is_an_error_that_names_it(
    site: Any, page: tuple[int, str], words: str
) -> None:
    """Nothing is guessed."""
    site.pages["/metrics"] = page
    with pytest.raises(ReplicasError, match=f"{site.url}/metrics.*{words}"):
        read_ongoing([f"{site.url}/metrics"], "bqml", "ModelServer")


def test_a_cluster_without_metrics_is_an_error(site: Any) -> None:
    """No node is listed."""
    site.pages["/api/prometheus/sd"] = (200, [])
    with pytest.raises(ReplicasError, match="lists no node with metrics"):
        metrics_urls(Dashboard(site.url))
