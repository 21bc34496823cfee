"""The shared configuration: one writer wins, all read the newest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from serve_app.config.key_values import KeyValues
from serve_app.config.serving_config import ModelConfig, ServingConfig
from serve_app.config.store import ConfigStore, Generation, Heartbeat
from tests.serve_app.memory_key_values import MemoryKeyValues

CONFIG = ServingConfig(models=(ModelConfig(name="m", base_path="gs://b/m", labels={"é/%": 3}),))


@pytest.fixture
def values() -> KeyValues:
    """An empty store."""
    return MemoryKeyValues()


def test_what_is_published_is_read(values: KeyValues) -> None:
    """Without loss; the newest counts."""
    store = ConfigStore(values, "app")
    assert store.newest() is None
    for generation in (Generation(1, None), Generation(2, CONFIG, "digest")):
        assert store.propose(generation)
        assert store.newest() == generation


def test_a_number_is_taken_once(values: KeyValues) -> None:
    """Of replicas that publish at the same moment one wins; the others see that they did not."""
    with ThreadPoolExecutor(8) as writers:
        won = writers.map(
            lambda n: ConfigStore(values, "app").propose(Generation(1, CONFIG, str(n))), range(8)
        )
    assert sum(won) == 1


def test_scopes_do_not_meet(values: KeyValues) -> None:
    """A new deployment begins with its own settings."""
    ConfigStore(values, "app-1").propose(Generation(1, CONFIG))
    assert ConfigStore(values, "app-10").newest() is None
    assert ConfigStore(values, "app").newest() is None


def test_old_generations_are_dropped(values: KeyValues) -> None:
    """The store does not grow with every reload."""
    store = ConfigStore(values, "app")
    for number in range(1, 120):
        store.propose(Generation(number, CONFIG))
    assert len(values.keys("app/config/")) == 100
    assert store.newest() == Generation(119, CONFIG)


def test_beats_are_kept_per_replica(values: KeyValues) -> None:
    """The last one counts, until the replica is forgotten."""
    store = ConfigStore(values, "app")
    store.heartbeat("a", Heartbeat(1, 1))
    store.heartbeat("a", Heartbeat(2, 1))
    store.heartbeat("b", Heartbeat(7, 3))
    assert store.heartbeats() == {"a": Heartbeat(2, 1), "b": Heartbeat(7, 3)}
    store.forget("a")
    store.forget("absent")
    assert list(store.heartbeats()) == ["b"]
