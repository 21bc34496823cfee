"""Changing the served models: what a reload waits for, refuses, and keeps."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from serve_app.config.key_values import KeyValues
from serve_app.config.serving_config import ServingConfig
from serve_app.config.store import ConfigStore
from serve_app.errors import (
    DeadlineExceededError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    UnknownError,
)
from serve_app.lifecycle.manager import ServableManager
from serve_app.lifecycle.reload import Reloader
from serve_app.predictor import ModelSpec
from serve_app.settings import RepositorySettings, TensorFlowSettings
from tests.serve_app.memory_key_values import MemoryKeyValues

Publish = Callable[..., Path]
Replica = tuple[ServableManager, Reloader]


def eventually(condition: Callable[[], bool]) -> None:
    """Waits until `condition` holds; fails after half a minute."""
    deadline_s = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline_s, "never became true"
        time.sleep(0.02)


def states(manager: ServableManager, model: str) -> dict[int, str]:
    """Returns the state of each version by number."""
    return {status.version: status.state.name for status in manager.statuses(model)}


def config(root: Path, *names: str, **changes: Any) -> ServingConfig:
    """Returns a configuration of models below `root`."""
    models = [{"name": name, "base_path": str(root / name), **changes} for name in names]
    return ServingConfig.model_validate({"models": models})


@pytest.fixture
def root(publish: Publish, iris_export: Path) -> Path:
    """A repository with the models `a` and `b`."""
    publish(iris_export, "a", 1)
    return publish(iris_export, "b", 1)


@pytest.fixture
def replica() -> Iterator[Callable[..., Replica]]:
    """Starts replicas, which share a store if they are given one; closes them at the end."""
    started: list[Replica] = []

    def start(root: Path, values: KeyValues | None = None, **changes: Any) -> Replica:
        fast = {"poll_wait_s": 0.05, "load_retry_interval_s": 0, "max_load_retries": 0}
        settings = RepositorySettings.model_validate({"root": root, **fast, **changes})
        manager = ServableManager(settings, TensorFlowSettings(threads=1))
        reloader = Reloader(manager, ConfigStore(values or MemoryKeyValues(), "test"), settings)
        started.append((manager, reloader))
        reloader.start()
        assert manager.wait_until_settled(60)
        return manager, reloader

    yield start
    for manager, reloader in started:
        reloader.close()
        manager.close()


def test_a_reload_replaces_the_whole_configuration(
    root: Path, replica: Callable[..., Replica]
) -> None:
    """New models answer when it returns; missing ones are unloaded but stay listed as END."""
    manager, reloader = replica(root, models=["a"])
    reloader.reload(config(root, "b"), 60)
    assert manager.find(ModelSpec("b")).number == 1
    eventually(lambda: states(manager, "a") == {1: "END"})
    with pytest.raises(NotFoundError, match=r"Latest\(a\)"):
        manager.find(ModelSpec("a"))


def test_labels_are_pointed_elsewhere(
    root: Path, publish: Publish, iris_export: Path, replica: Callable[..., Replica]
) -> None:
    """At once, among the versions that are available."""
    publish(iris_export, "a", 2)
    manager, reloader = replica(root, version_policy={"kind": "all"})
    for number in (1, 2, 1):
        policy = {"kind": "all"}
        labelled = config(root, "a", labels={"stable": number}, version_policy=policy)
        reloader.reload(labelled, 60)
        assert manager.find(ModelSpec("a", label="stable")).number == number


def test_a_refused_reload_changes_nothing(root: Path, replica: Callable[..., Replica]) -> None:
    """Neither a label that points nowhere nor a wrong configuration."""
    manager, reloader = replica(root)
    with pytest.raises(FailedPreconditionError, match="assign label to version 9 of model a"):
        reloader.reload(config(root, "a", labels={"stable": 9}), 60)
    with pytest.raises(InvalidArgumentError, match="multiple times"):
        reloader.reload(config(root, "a", "a"), 60)
    with pytest.raises(InvalidArgumentError, match="Illegal to change a model's platform"):
        reloader.reload(config(root, "a", platform="other"), 60)
    assert (states(manager, "a"), states(manager, "b")) == ({1: "AVAILABLE"}, {1: "AVAILABLE"})


def test_a_new_model_that_fails_is_reported_and_the_rest_stays_in_force(
    root: Path, replica: Callable[..., Replica]
) -> None:
    """TensorFlow Serving's words, with the reason of each model."""
    (root / "broken" / "1").mkdir(parents=True)
    manager, reloader = replica(root, models=["a"])
    with pytest.raises(UnknownError) as caught:
        reloader.reload(config(root, "b", "broken"), 60)
    assert caught.value.message == (
        "1 model(s) did not become available: {{{name: broken version: 1} due to error: "
        "NOT_FOUND: Could not find SavedModel .pb or .pbtxt at supplied export directory path: "
        f"{root}/broken/1}}, }}"
    )
    assert states(manager, "b") == {1: "AVAILABLE"}
    eventually(lambda: states(manager, "a") == {1: "END"})


def test_a_new_model_without_versions_is_waited_for_as_long_as_asked(
    root: Path, publish: Publish, iris_export: Path, replica: Callable[..., Replica]
) -> None:
    """It is served when it comes."""
    manager, reloader = replica(root, models=["a"])
    with pytest.raises(DeadlineExceededError, match="no version became available in time: later"):
        reloader.reload(config(root, "a", "later"), 0.3)
    publish(iris_export, "later", 7)
    eventually(lambda: manager.available().get("later") == [7])


def test_a_service_may_begin_with_no_models(
    root: Path, tmp_path: Path, replica: Callable[..., Replica]
) -> None:
    """And gets them by a reload, even where the disk is looked at only once."""
    file = tmp_path / "models.config"
    file.write_text("model_config_list {}")
    manager, reloader = replica(root, model_config_file=file, poll_wait_s=0)
    assert (manager.models(), reloader.empty_on_purpose) == ([], True)
    reloader.reload(config(root, "a"), 60)
    assert manager.models() == ["a"]


TEXT = 'model_config_list { config { name: "%s" base_path: "%s" model_platform: "tensorflow" } }'


def test_a_polled_config_file_is_followed(
    root: Path, tmp_path: Path, replica: Callable[..., Replica], caplog: pytest.LogCaptureFixture
) -> None:
    """A bad one is logged and changes nothing; the next good one counts."""
    file = tmp_path / "models.config"
    file.write_text(TEXT % ("first", root / "a"))
    manager, _ = replica(root, model_config_file=file, model_config_poll_wait_s=0.05)
    file.write_text("model_config_list {")
    eventually(lambda: "stays as it was" in caplog.text)
    assert states(manager, "first") == {1: "AVAILABLE"}
    file.write_text(TEXT % ("second", root / "a"))
    eventually(lambda: manager.models() == ["first", "second"])
    eventually(lambda: states(manager, "first") == {1: "END"})


def test_a_bad_config_file_stops_the_start(
    root: Path, tmp_path: Path, replica: Callable[..., Replica]
) -> None:
    """There is nothing else that could be served."""
    file = tmp_path / "models.config"
    file.touch()
    with pytest.raises(InvalidArgumentError, match="the file is empty"):
        replica(root, model_config_file=file)


def test_a_reload_reaches_every_replica_before_it_returns(
    root: Path, replica: Callable[..., Replica]
) -> None:
    """Three replicas with one store; any of them can be asked."""
    values = MemoryKeyValues()
    replicas = [replica(root, values, models=["a"]) for _ in range(3)]
    eventually(lambda: len(ConfigStore(values, "test").heartbeats()) == 3)
    for number, (_, reloader) in enumerate(replicas):
        name = ("b", "a", "b")[number]
        reloader.reload(config(root, name), 60)
        assert [m.find(ModelSpec(name)).number for m, _ in replicas] == [1, 1, 1]


def test_a_new_replica_begins_with_what_the_others_serve(
    root: Path, tmp_path: Path, replica: Callable[..., Replica]
) -> None:
    """Not with a config file that nobody has put in force."""
    values = MemoryKeyValues()
    file = tmp_path / "models.config"
    file.write_text(TEXT % ("first", root / "a"))
    _, reloader = replica(root, values, model_config_file=file)
    reloader.reload(config(root, "b"), 60)
    file.write_text("nonsense")
    late, _ = replica(root, values, model_config_file=file)
    assert late.models() == ["b"]


def test_reloads_at_the_same_moment_end_in_one_configuration(
    root: Path, replica: Callable[..., Replica]
) -> None:
    """Whichever was last, all replicas serve it."""
    values = MemoryKeyValues()
    replicas = [replica(root, values, models=["a"]) for _ in range(2)]
    asked = [
        threading.Thread(target=reloader.reload, args=(config(root, name), 60))
        for (_, reloader), name in zip(replicas, ("a", "b"), strict=True)
    ]
    for thread in asked:
        thread.start()
    for thread in asked:
        thread.join()
    newest = ConfigStore(values, "test").newest()
    assert newest is not None
    assert newest.config is not None
    (model,) = newest.config.models
    eventually(lambda: all(m.watcher.listed() == [model.name] for m, _ in replicas))


def test_a_replica_that_died_is_not_waited_for_for_ever(
    root: Path, replica: Callable[..., Replica], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last beat stays behind; after some silence it counts no more."""
    from serve_app.config.store import Heartbeat
    from serve_app.lifecycle import followers

    values = MemoryKeyValues()
    ConfigStore(values, "test").heartbeat("dead", Heartbeat(5, 0))
    monkeypatch.setattr(followers, "_SILENCE_S", 0.3)
    _, reloader = replica(root, values)
    reloader.reload(config(root, "a"), 60)
    assert "dead" not in ConfigStore(values, "test").heartbeats()


def test_a_model_whose_versions_are_all_deleted_is_unloaded(
    root: Path, replica: Callable[..., Replica]
) -> None:
    """An emptied folder means it; a vanished one changes nothing."""
    manager, _ = replica(root)
    shutil.rmtree(root / "a" / "1")
    (root / "b").rename(root.parent / "b-away")
    eventually(lambda: states(manager, "a") == {1: "END"})
