"""Counters survive the replicas that counted."""

from __future__ import annotations

import time

import pytest

from serve_app.hosting._metrics_ledger import MetricsLedger
from serve_app.metrics.snapshot import Snapshot, total
from tests.serve_app.memory_key_values import MemoryKeyValues


def counted(number: float) -> Snapshot:
    """Returns a snapshot with one counter."""
    return {"count": {("a",): [number]}}


def sum_of(ledger: MetricsLedger) -> float:
    """Returns the sum of that counter over all replicas."""
    return total(ledger.read().values())["count"][("a",)][0]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour passes between any two looks at the clock."""
    clock = iter(range(0, 10**9, 3600))
    monkeypatch.setattr(time, "time", lambda: next(clock))


def test_a_replica_has_one_entry_and_the_last_one_counts() -> None:
    """Two replicas of one service; another service does not meet them."""
    store = MemoryKeyValues()
    ledger = MetricsLedger(store, "app/one")
    for number in (1, 2):
        ledger.write("r1", counted(number))
    ledger.write("r2", counted(5))
    MetricsLedger(store, "app/two").write("r1", counted(100))
    assert sum_of(ledger) == 7


@pytest.mark.usefixtures("later")
def test_entries_of_replicas_long_gone_are_added_up() -> None:
    """The sum stays; the living keep their own entry."""
    store = MemoryKeyValues()
    ledger = MetricsLedger(store, "app", most_gone=3)
    for index in range(10):
        ledger.write(f"r{index}", counted(index))
    ledger.tidy({"r9"})
    assert sum_of(ledger) == 45
    assert set(ledger.read()) == {"", "r9"}
    ledger.tidy({"r9"})
    assert sum_of(ledger) == 45


def test_entries_of_replicas_just_gone_stay() -> None:
    """They may only be slow to answer."""
    ledger = MetricsLedger(MemoryKeyValues(), "app", most_gone=0)
    ledger.write("r1", counted(1))
    ledger.tidy(())
    assert set(ledger.read()) == {"", "r1"}


@pytest.mark.usefixtures("later")
def test_an_interrupted_addition_counts_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies after it wrote the sum and before it removed the entries."""
    store = MemoryKeyValues()
    ledger = MetricsLedger(store, "app", most_gone=0)
    ledger.write("r1", counted(1))
    ledger.write("r2", counted(2))
    with monkeypatch.context() as patch:
        patch.setattr(store, "delete", lambda _key: None)
        ledger.tidy(())
    assert sum_of(ledger) == 3
    store.delete("metrics/app/lock")
    ledger.write("r3", counted(4))
    ledger.tidy(())
    assert sum_of(ledger) == 7
    assert store.keys("metrics/app/replica/") == []


@pytest.mark.usefixtures("later")
def test_a_lock_whose_owner_died_expires() -> None:
    """The second look after it takes over."""
    store = MemoryKeyValues()
    store.put("metrics/app/lock", b"0")
    ledger = MetricsLedger(store, "app", most_gone=0)
    ledger.write("r1", counted(1))
    ledger.tidy(())
    ledger.tidy(())
    assert set(ledger.read()) == {""}


def test_a_damaged_entry_is_left_out() -> None:
    """One replica's bad entry does not take the page away."""
    store = MemoryKeyValues()
    ledger = MetricsLedger(store, "app")
    ledger.write("r1", counted(1))
    store.put("metrics/app/replica/r2", b"\xff nonsense")
    assert sum_of(ledger) == 1
