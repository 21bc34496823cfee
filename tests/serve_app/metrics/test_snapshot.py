"""Numbers of several replicas add up."""

from __future__ import annotations

import pytest

from serve_app.metrics.snapshot import Snapshot, dump, load, total

ONE: Snapshot = {"count": {("a", "OK"): [1]}, "time": {("a",): [1, 0, 2.5]}}
TWO: Snapshot = {"count": {("a", "OK"): [2], ("b", "OK"): [5]}}


def test_snapshots_add_up_number_by_number() -> None:
    """Histograms too; what only one has, stays."""
    assert total([ONE, TWO]) == {
        "count": {("a", "OK"): [3], ("b", "OK"): [5]},
        "time": {("a",): [1, 0, 2.5]},
    }
    assert ONE["count"][("a", "OK")] == [1]


def test_numbers_of_another_release_are_left_out() -> None:
    """Other buckets cannot be added."""
    other: Snapshot = {"time": {("a",): [1, 2, 3, 4]}}
    assert total([ONE, other])["time"] == ONE["time"]


@pytest.mark.parametrize("name", ["", 'a"\\\n', "é", "\udcff"])
def test_a_snapshot_survives_its_journey(name: str) -> None:
    """Any label value, also bytes that are not UTF-8."""
    snapshot: Snapshot = {"count": {(name, "OK"): [1.0]}}
    assert load(dump(snapshot)) == snapshot


@pytest.mark.parametrize("data", [b"", b"[1]", b'{"a": 1}', b'{"a": [[1]]}', b"\xff"])
def test_anything_else_is_refused(data: bytes) -> None:
    """A damaged entry raises one kind of error."""
    with pytest.raises(ValueError, match=r".*"):
        load(data)
