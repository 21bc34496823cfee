"""Worker groups and the head group: containers, bounds, resources."""

from __future__ import annotations

from collections import Counter

from kuberay.validate.label_rules import wrong_labels
from kuberay.validate.rayservice import Group, RayService
from kuberay.validate.rule import Findings, error, warning

NO_CONTAINER = error(
    "operator/no-container", "at least one container; the first one runs Ray",
    "The operator has nothing to start Ray in.", "add a container",
)  # fmt: skip
BOUNDS = error(
    "operator/replica-bounds", "0 <= minReplicas <= maxReplicas",
    "The API server accepts it, the operator refuses it.", "swap or correct the numbers",
)  # fmt: skip
BOUNDS_MISSING = warning(
    "operator/replica-bounds-missing", "minReplicas and maxReplicas where the autoscaler is off",
    "The operator asks for both, and gets 0 and 2147483647 from the CRD where they are missing.",
    "add both",
)  # fmt: skip
TWO_RESOURCES = error(
    "operator/resources-twice",
    "either rayStartParams (num-cpus, num-gpus, memory, resources) or the group's resources",
    "The operator refuses two answers to one question.", "delete one of the two",
)  # fmt: skip
LABELS_PARAM = error(
    "operator/labels-start-param", "labels in the group, not in rayStartParams",
    "The operator refuses rayStartParams.labels.", "move them to the group's labels",
)  # fmt: skip
GROUP_LABEL = error(
    "operator/group-label", "Kubernetes label syntax",
    "The operator refuses group labels that Kubernetes would.", "shorten or rename it",
)  # fmt: skip
GROUP_SUSPEND = error(
    "operator/group-suspend", "no suspend in a worker group",
    "It is refused while the autoscaler is on, and without the gate RayJobDeletionPolicy.",
    "set minReplicas and maxReplicas to 0, or suspend the whole RayService",
)  # fmt: skip
GROUP_NAME = error(
    "runtime/group-name", "a different name for each worker group",
    "Pods are found by their group's name: two groups of one name fight over them.", "rename one",
)  # fmt: skip
PRIORITY = error(
    "operator/group-priority", "priority 0, or the autoscaler v2 and rayVersion 2.56 or newer",
    "Older autoscalers know no priorities.", "set autoscalerOptions.version v2, or delete it",
)  # fmt: skip
GROUP_IDLE = error(
    "operator/group-idle-timeout",
    "idleTimeoutSeconds of 0 or more, and only with the autoscaler v2",
    "The older autoscaler has one timeout for all groups.",
    "set autoscalerOptions.version v2, or use autoscalerOptions.idleTimeoutSeconds",
)  # fmt: skip

_EXCLUSIVE = ("num-cpus", "num-gpus", "memory", "resources")
_PRIORITY_SINCE = (2, 56, 0)


def check(service: RayService) -> Findings:
    for group in service.groups:
        yield from _any_group(group)
    for group in service.workers:
        yield from _bounds(service, group)
        yield from _worker(service, group)
    names = Counter(group.node["groupName"].text for group in service.workers)
    for group in service.workers:
        name = group.node["groupName"]
        if names[name.text] > 1:
            names[name.text] = 0  # one finding per name
            yield GROUP_NAME.at(name, f"{name.text} more than once")


def _any_group(group: Group) -> Findings:
    if not group.pod["containers"].items:
        yield NO_CONTAINER.at(group.pod["containers"])
    params = group.start_params
    if group.node["resources"].value:
        for name in _EXCLUSIVE:
            if params[name]:
                yield TWO_RESOURCES.at(params[name], f"both, {name} among them")
    if params["labels"]:
        yield LABELS_PARAM.at(params["labels"])
    yield from wrong_labels(GROUP_LABEL, group.node["labels"])


def _bounds(service: RayService, group: Group) -> Findings:
    least, most = group.node["minReplicas"], group.node["maxReplicas"]
    for bound in (least, most):
        if (bound.integer or 0) < 0:
            yield BOUNDS.at(bound)
        if not service.autoscaling and not bound:
            yield BOUNDS_MISSING.at(bound)
    if 0 <= group.max_replicas < group.min_replicas:
        yield BOUNDS.at(
            least, f"minReplicas {group.min_replicas}, maxReplicas {group.max_replicas}"
        )


def _worker(service: RayService, group: Group) -> Findings:
    idle, priority = group.node["idleTimeoutSeconds"], group.node["priority"]
    if idle and (not service.autoscaler_is_v2 or (idle.integer or 0) < 0):
        yield GROUP_IDLE.at(idle)
    version = service.ray_version or (0, 0, 0)
    if priority.integer and not (service.autoscaler_is_v2 and version >= _PRIORITY_SINCE):
        yield PRIORITY.at(priority)
    if group.node["suspend"].is_true:
        yield GROUP_SUSPEND.at(group.node["suspend"])
