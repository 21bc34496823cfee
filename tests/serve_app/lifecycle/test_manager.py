"""The life of versions: loading, swapping, refusing, retrying, rolling back."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from serve_app.errors import InvalidArgumentError, NotFoundError
from serve_app.lifecycle.manager import ServableManager
from serve_app.predictor import ModelSpec, State

Publish = Callable[..., Path]
Manage = Callable[..., ServableManager]


def eventually(condition: Callable[[], bool]) -> None:
    """Waits until `condition` holds; fails after half a minute."""
    deadline_s = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline_s, "never became true"
        time.sleep(0.02)


def states(manager: ServableManager, model: str = "iris") -> dict[int, str]:
    """Returns the state of each version by number."""
    return {status.version: status.state.name for status in manager.statuses(model)}


def corrupt(export: Path) -> None:
    """Damages the variables of an export."""
    data = next(export.glob("variables/variables.data*"))
    data.write_bytes(data.read_bytes()[:8])


def test_the_newest_version_is_loaded(publish: Publish, manage: Manage, iris_export: Path) -> None:
    """The default policy is TensorFlow Serving's: others are not even listed."""
    publish(iris_export, version=1)
    manager = manage(publish(iris_export, version=2))
    assert states(manager) == {2: "AVAILABLE"}
    assert manager.find(ModelSpec("iris")).number == 2


def test_a_new_version_takes_over_and_the_old_one_ends(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """No restart; at no moment is there no version to ask."""
    manager = manage(publish(iris_export, version=1))
    publish(iris_export, version=2)
    eventually(lambda: states(manager) == {2: "AVAILABLE", 1: "END"})
    assert manager.find(ModelSpec("iris")).number == 2


def test_deleting_the_newest_version_rolls_back(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """The older version is loaded again."""
    publish(iris_export, version=1)
    root = publish(iris_export, version=2)
    manager = manage(root)
    shutil.rmtree(root / "iris" / "2")
    eventually(lambda: states(manager) == {2: "END", 1: "AVAILABLE"})


def test_a_corrupt_version_never_replaces_a_good_one(
    publish: Publish, manage: Manage, iris_export: Path, tmp_path: Path
) -> None:
    """It is retried, then reported with TensorFlow's reason; the good one goes on."""
    manager = manage(publish(iris_export, version=1))
    broken = tmp_path / "broken"
    shutil.copytree(iris_export, broken, copy_function=shutil.copyfile)
    corrupt(broken)
    publish(broken, version=2)
    eventually(lambda: states(manager) == {2: "END", 1: "AVAILABLE"})
    assert manager.statuses("iris", 2)[0].error_code == "OUT_OF_RANGE"
    assert manager.find(ModelSpec("iris")).number == 1


def test_a_folder_that_was_half_copied_heals(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """A retry finds what was missing at first."""
    root = publish(iris_export, model="ok")
    shutil.copytree(iris_export, root / "late" / "1", copy_function=shutil.copyfile)
    model_file = root / "late" / "1" / "saved_model.pb"
    model_file.rename(root / "held-back")
    manager = manage(root, max_load_retries=1000)
    assert states(manager, "late") == {1: "LOADING"}
    (root / "held-back").rename(model_file)
    eventually(lambda: states(manager, "late") == {1: "AVAILABLE"})


@pytest.mark.parametrize("marker", ["transform", "model.bst"])
def test_a_kind_that_is_not_served_ends_at_once_and_takes_no_other_down(
    publish: Publish, manage: Manage, iris_export: Path, marker: str
) -> None:
    """Retries could not help; the reason stands in the status."""
    root = publish(iris_export, model="refused")
    (root / "refused" / "1" / marker).mkdir()
    manager = manage(publish(iris_export), max_load_retries=1000)
    assert states(manager, "refused") == {1: "END"}
    assert "not served yet" in manager.statuses("refused")[0].error_message
    assert manager.ready()
    assert states(manager) == {1: "AVAILABLE"}


def test_a_version_that_ended_is_tried_again_after_it_was_gone(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """Publishing a repaired version under the same number works."""
    root = publish(iris_export, model="iris", version=1)
    (root / "iris" / "1" / "model.bst").touch()
    publish(iris_export, model="other")
    manager = manage(root)
    shutil.rmtree(root / "iris" / "1")
    time.sleep(0.2)
    publish(iris_export, version=1)
    eventually(lambda: states(manager) == {1: "AVAILABLE"})


def test_several_versions_are_kept_by_policy(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """Each can be asked for by its number."""
    publish(iris_export, version=1)
    manager = manage(publish(iris_export, version=2), version_policy={"kind": "all"})
    assert states(manager) == {2: "AVAILABLE", 1: "AVAILABLE"}
    assert manager.find(ModelSpec("iris", 1)).number == 1


def test_a_lease_keeps_its_version_until_it_ends(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """A request in flight finishes on the version that it began with."""
    root = publish(iris_export, version=1)
    manager = manage(root)
    version = manager.find(ModelSpec("iris"))
    with version.lease() as servable:
        publish(iris_export, version=2)
        eventually(lambda: version.state is State.UNLOADING)
        assert servable.signatures["serving_default"].inputs
        assert manager.find(ModelSpec("iris")).number == 2
    eventually(lambda: version.state is State.END)


def test_unloading_ends_the_threads_only_after_the_last_lease(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """Closing waits for whoever still holds a version."""
    manager = manage(publish(iris_export))
    closed = threading.Thread(target=manager.close)
    with manager.find(ModelSpec("iris")).lease():
        closed.start()
        closed.join(timeout=0.3)
        assert closed.is_alive()
    closed.join(timeout=30)
    assert not closed.is_alive()


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (ModelSpec("nope"), "Servable not found for request: Latest(nope)"),
        (ModelSpec("iris", 9), "Servable not found for request: Specific(iris, 9)"),
    ],
)
def test_what_is_not_loaded_is_not_found(
    publish: Publish, manage: Manage, iris_export: Path, spec: ModelSpec, text: str
) -> None:
    """TensorFlow Serving's words."""
    manager = manage(publish(iris_export))
    with pytest.raises(NotFoundError) as caught:
        manager.find(spec)
    assert str(caught.value) == text


def test_an_unknown_label_is_a_wrong_argument(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """It is 400, not 404, even for an unknown model."""
    manager = manage(publish(iris_export))
    with pytest.raises(InvalidArgumentError, match="Unrecognized servable version label: stable"):
        manager.find(ModelSpec("nope", label="stable"))


def test_a_vanished_root_changes_nothing(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """A network disk that is away for a moment must not empty the service."""
    root = publish(iris_export)
    manager = manage(root)
    root.rename(root.with_name("away"))
    time.sleep(0.3)
    assert states(manager) == {1: "AVAILABLE"}


def test_an_empty_repository_is_not_ready(manage: Manage, tmp_path: Path) -> None:
    """There is nothing that could answer."""
    assert not manage(tmp_path).ready()


def test_a_version_that_waits_for_its_requests_holds_no_other_up(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """Other models are loaded and swapped meanwhile."""
    publish(iris_export, "slow", 1)
    manager = manage(publish(iris_export, "quick", 1))
    with manager.lease(ModelSpec("slow")) as (version, _):
        publish(iris_export, "slow", 2)
        eventually(lambda: version.state is State.UNLOADING)
        publish(iris_export, "quick", 2)
        eventually(lambda: states(manager, "quick") == {2: "AVAILABLE", 1: "END"})
        publish(iris_export, "new", 1)
        eventually(lambda: manager.available().get("new") == [1])
        assert version.state is State.UNLOADING
    eventually(lambda: version.state is State.END)


def test_a_version_that_is_wanted_again_while_it_unloads_comes_back(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """A rollback may be faster than the last request of the version that it goes back to."""
    root = publish(iris_export, version=1)
    manager = manage(root)
    with manager.lease(ModelSpec("iris")) as (version, _):
        publish(iris_export, version=2)
        eventually(lambda: version.state is State.UNLOADING)
        shutil.rmtree(root / "iris" / "2")
        time.sleep(0.3)
        assert manager.find(ModelSpec("iris")).number == 2
    eventually(lambda: states(manager) == {2: "END", 1: "AVAILABLE"})


def test_a_failed_version_that_leaves_before_its_retry_ends_with_its_reason(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """It is not loaded again, and its entry stays."""
    root = publish(iris_export)
    (root / "iris" / "2").mkdir()
    manager = manage(root, max_load_retries=10, load_retry_interval_s=60)
    assert states(manager)[2] == "LOADING"
    (root / "iris" / "2").rmdir()
    eventually(lambda: states(manager) == {2: "END", 1: "AVAILABLE"})
    assert manager.statuses("iris", 2)[0].error_code == "NOT_FOUND"


def test_a_file_with_a_number_for_a_name_is_a_version_that_cannot_be_loaded(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """As in TensorFlow Serving; the good version goes on."""
    root = publish(iris_export)
    manager = manage(root)
    (root / "iris" / "2").touch()
    eventually(lambda: states(manager) == {2: "END", 1: "AVAILABLE"})
    assert "Could not find SavedModel" in manager.statuses("iris", 2)[0].error_message


def test_a_model_that_leaves_the_repository_is_unloaded_but_stays_listed(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """Its versions stay END for the life of the process."""
    publish(iris_export, "gone", 1)
    manager = manage(publish(iris_export))
    shutil.rmtree(manager.watcher._repository.root / "gone")
    eventually(lambda: states(manager, "gone") == {1: "END"})
    assert manager.models() == ["gone", "iris"]


def test_a_single_model_is_served_from_its_base_path(
    publish: Publish, manage: Manage, iris_export: Path, tmp_path: Path
) -> None:
    """TensorFlow Serving's --model_name and --model_base_path."""
    root = publish(iris_export)
    manager = manage(tmp_path, model_name="mine", model_base_path=str(root / "iris"))
    assert manager.available() == {"mine": [1]}


def test_memory_is_taken_for_one_version_only(
    publish: Publish, manage: Manage, iris_export: Path
) -> None:
    """Of an unloaded version no session or graph stays behind, nor its row-wise copies."""
    import gc

    def sessions() -> int:
        gc.collect()
        return sum(type(thing).__name__ == "SavedModel" for thing in gc.get_objects())

    # Objects of the first version are not seen: they are set aside from collections.
    manager = manage(publish(iris_export, version=1))
    seen = []
    for number in (2, 3):
        publish(iris_export, version=number)
        eventually(lambda n=number: states(manager)[n - 1] == "END")  # type: ignore[misc]
        seen.append(sessions())
    assert seen[0] == seen[1] > 0
