"""Prometheus's text format."""

from __future__ import annotations

from serve_app.metrics.exposition import page
from serve_app.metrics.family import Family
from serve_app.metrics.snapshot import Snapshot

COUNT = Family(":tf:count", "counter", ("model_name", "status"))
TIME = Family("time_seconds", "histogram", ("model_name",), (0.5, 1.0), "What it took.")


def test_the_page_of_one_counter_and_one_histogram() -> None:
    """TYPE lines, labels in braces, cumulative buckets; HELP only where there is a text."""
    snapshot: Snapshot = {
        ":tf:count": {("a", "OK"): [3.0]},
        "time_seconds": {("a",): [1.0, 2.0, 0, 2.25]},
    }
    assert page(snapshot, (COUNT, TIME)).decode().splitlines() == [
        "# TYPE :tf:count counter",
        ':tf:count{model_name="a",status="OK"} 3',
        "# HELP time_seconds What it took.",
        "# TYPE time_seconds histogram",
        'time_seconds_bucket{model_name="a",le="0.5"} 1',
        'time_seconds_bucket{model_name="a",le="1"} 3',
        'time_seconds_bucket{model_name="a",le="+Inf"} 3',
        'time_seconds_sum{model_name="a"} 2.25',
        'time_seconds_count{model_name="a"} 3',
    ]


def test_a_family_without_a_value_has_its_type() -> None:
    """In the order of the names, as TensorFlow Serving prints them."""
    assert page({}, (TIME, COUNT)).decode().splitlines() == [
        "# TYPE :tf:count counter",
        "# HELP time_seconds What it took.",
        "# TYPE time_seconds histogram",
    ]


def test_bytes_that_are_not_utf8_do_not_break_the_page() -> None:
    """A model name out of a URL may hold any byte."""
    assert b'model_name="?"' in page({":tf:count": {("\udcff", "OK"): [1.0]}}, (COUNT,))


def test_prometheus_reads_the_page() -> None:
    """Its own parser finds the same numbers."""
    from prometheus_client.parser import text_string_to_metric_families

    snapshot: Snapshot = {"time_seconds": {('q"\n\\',): [1.0, 2.0, 0, 2.25]}}
    families = text_string_to_metric_families(page(snapshot, (TIME,)).decode())
    samples = {sample.name: sample for family in families for sample in family.samples}
    assert samples["time_seconds_count"].value == 3
    assert samples["time_seconds_count"].labels == {"model_name": 'q"\n\\'}
