from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from kuberay.cluster.changes import Bounds, Change, change_of

Spec = dict[str, Any]


def group(spec: Spec) -> Spec:
    """Returns the first worker group."""
    found: Spec = spec["rayClusterConfig"]["workerGroupSpecs"][0]
    return found


def set_image(spec: Spec) -> None:
    """Another image in the workers."""
    group(spec)["template"]["spec"]["containers"][0]["image"] = "other"


def set_bounds(spec: Spec) -> None:
    """More workers at most."""
    group(spec)["maxReplicas"] = 9


def set_replicas(spec: Spec) -> None:
    """What the autoscaler changes by itself."""
    group(spec)["replicas"] = 3


def set_tolerations(spec: Spec) -> None:
    """What the operator leaves out of its hash."""
    group(spec)["template"]["spec"]["tolerations"] = [{"operator": "Exists"}]


def set_serve_config(spec: Spec) -> None:
    """Another model version."""
    spec["serveConfigV2"] += "# changed\n"


def append_group(spec: Spec) -> None:
    """One more worker group at the end, with new bounds for the first."""
    spec["rayClusterConfig"]["workerGroupSpecs"].append({**group(spec), "groupName": "spot"})
    set_bounds(spec)


def rename_group(spec: Spec) -> None:
    """Another name for the group."""
    group(spec)["groupName"] = "other"


def image_without_upgrades(spec: Spec) -> None:
    """Another image under the strategy None."""
    spec["upgradeStrategy"] = {"type": "None"}
    set_image(spec)


def exclude(spec: Spec) -> None:
    """A field of the RayService alone."""
    spec["excludeHeadPodFromServeSvc"] = False


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda _: None, Change()),
        (set_image, Change(new_cluster=True)),
        (set_bounds, Change(bounds=(Bounds("serve", 2, 9),))),
        (set_replicas, Change()),
        (set_tolerations, Change()),
        (set_serve_config, Change(serve_config=True)),
        (append_group, Change(added_groups=("spot",))),
        (rename_group, Change(new_cluster=True)),
        (image_without_upgrades, Change(ignored=True, other=True)),
        (exclude, Change(other=True)),
    ],
)
def test_a_change_is_known_by_its_effects(
    valid_manifest: Spec, edit: Callable[[Spec], None], expected: Change
) -> None:
    """As the real operator was seen to act on each kind of change."""
    before = valid_manifest["spec"]
    after = copy.deepcopy(before)
    edit(after)
    assert change_of(before, after) == expected


def test_defaults_of_the_server_are_no_change(valid_manifest: Spec) -> None:
    """The stored object has defaults that the manifest leaves out."""
    before = copy.deepcopy(valid_manifest["spec"])
    del group(valid_manifest["spec"])["minReplicas"]
    group(before)["minReplicas"] = 0
    assert change_of(before, valid_manifest["spec"]).is_nothing


def test_every_effect_has_a_sentence(valid_manifest: Spec) -> None:
    """A new service, and nothing to do, are told as well."""
    assert change_of(None, valid_manifest["spec"]).sentences()
    assert Change().sentences() == ["nothing changed"]
    assert "never passes this on" in Change(bounds=(Bounds("serve", 1, 2),)).sentences()[0]
