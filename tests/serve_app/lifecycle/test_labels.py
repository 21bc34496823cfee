"""Labels: from the configuration, or from `labels.json` beside the versions."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from serve_app.config.serving_config import ModelConfig, ServingConfig
from serve_app.errors import InvalidArgumentError, NotFoundError
from serve_app.lifecycle.manager import ServableManager
from serve_app.predictor import ModelSpec

Publish = Callable[..., Path]
Manage = Callable[..., ServableManager]


def eventually(condition: Callable[[], bool]) -> None:
    """Waits until `condition` holds; fails after half a minute."""
    deadline_s = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline_s, "never became true"
        time.sleep(0.02)


def write_labels(root: Path, text: str) -> None:
    """Replaces the labels file of `iris` as a publisher does, in one step."""
    incoming = root / "iris" / ".labels"
    incoming.write_text(text)
    incoming.rename(root / "iris" / "labels.json")


@pytest.fixture
def root(publish: Publish, iris_export: Path) -> Path:
    """A repository with the versions 1 and 2 of `iris`."""
    publish(iris_export, version=1)
    return publish(iris_export, version=2)


def test_a_labels_file_is_followed(root: Path, manage: Manage) -> None:
    """Promoting is writing one small file; nothing is loaded for it."""
    manager = manage(root, version_policy={"kind": "all"})
    write_labels(root, '{"stable": 1}')
    eventually(lambda: manager.labels()["iris"] == {"stable": 1})
    assert manager.find(ModelSpec("iris", label="stable")).number == 1
    write_labels(root, '{"stable": 2}')
    eventually(lambda: manager.find(ModelSpec("iris", label="stable")).number == 2)


def test_a_label_is_resolved_when_it_is_asked_for(root: Path, manage: Manage) -> None:
    """It may point at a version that is not there: that stops no start, and is 404."""
    write_labels(root, '{"stable": 1}')
    manager = manage(root)  # the newest version alone
    with pytest.raises(
        NotFoundError, match=r"^Servable not found for request: Specific\(iris, 1\)$"
    ):
        manager.find(ModelSpec("iris", label="stable"))


@pytest.mark.parametrize("spec", [
    ModelSpec("iris", label="canary"), ModelSpec("nope", label="stable"),
    ModelSpec("iris", label="labels.json"),
])  # fmt: skip
def test_an_unknown_label_is_a_wrong_argument(root: Path, manage: Manage, spec: ModelSpec) -> None:
    """400, also where it is the model that is unknown."""
    write_labels(root, '{"stable": 2}')
    manager = manage(root)
    with pytest.raises(InvalidArgumentError) as caught:
        manager.find(spec)
    assert caught.value.message == f"Unrecognized servable version label: {spec.label}"


@pytest.mark.parametrize("text", ["{", "[]", '{"stable": "1"}', '{"stable": true}', "\xff"])
def test_a_malformed_labels_file_changes_nothing(root: Path, manage: Manage, text: str) -> None:
    """The last good labels stay in force."""
    write_labels(root, '{"stable": 2}')
    manager = manage(root)
    write_labels(root, text)
    time.sleep(0.2)
    assert manager.labels()["iris"] == {"stable": 2}


def test_a_deleted_labels_file_takes_the_labels_away(root: Path, manage: Manage) -> None:
    """What is gone is not remembered."""
    write_labels(root, '{"stable": 2}')
    manager = manage(root)
    (root / "iris" / "labels.json").unlink()
    eventually(lambda: manager.labels()["iris"] == {})


def test_a_configuration_has_labels_of_its_own(root: Path, manage: Manage) -> None:
    """The file does not count then."""
    write_labels(root, '{"stable": 2}')
    manager = manage(root)
    model = ModelConfig(name="iris", base_path=str(root / "iris"), labels={"canary": 2})
    manager.watcher.apply(ServingConfig(models=(model,)))
    eventually(lambda: manager.labels()["iris"] == {"canary": 2})


def test_a_label_in_a_url(root: Path, manage: Manage, rest_of: Callable[..., object]) -> None:
    """Predict and metadata take it; status ignores it, as TensorFlow Serving's does."""
    write_labels(root, '{"stable": 2, "gone": 1}')
    rest = rest_of(manage(root))
    get = rest.get  # type: ignore[attr-defined]
    assert get("/v1/models/iris/labels/stable/metadata").json["model_spec"]["version"] == "2"
    assert get("/v1/models/iris/labels/gone/metadata").status == 404
    assert get("/v1/models/iris/labels/nope/metadata").status == 400
    assert get("/v1/models/iris/labels/nope").status == 200
