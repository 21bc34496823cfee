"""What the API server says of the pods when the operator creates them.

The CRD checks pod templates by structure only. The rest comes out as events
FailedToCreateHeadPod and FailedToCreateWorkerPod, again and again.
"""

from __future__ import annotations

from kuberay.name_syntax import is_dns_label
from kuberay.quantity import quantity
from kuberay.validate.label_rules import wrong_labels
from kuberay.validate.manifest.node import Node
from kuberay.validate.rayservice import Group, RayService
from kuberay.validate.rule import Findings, error, warning

_REFUSED = "The pod is refused when the operator creates it."
CONTAINER_NAME = error(
    "runtime/container-name",
    "lower-case letters, digits and -, at most 63, each name once in a pod", _REFUSED,
    "rename the container",
)  # fmt: skip
UNKNOWN_VOLUME = error(
    "runtime/unknown-volume", "the name of one of the pod's volumes", _REFUSED,
    "add the volume, or delete the mount",
)  # fmt: skip
TWO_SOURCES = error(
    "runtime/volume-source", "exactly one source in a volume", _REFUSED, "keep one of them",
)  # fmt: skip
MORE_THAN_LIMIT = error(
    "runtime/request-above-limit", "requests of at most the limits", _REFUSED,
    "lower the request or raise the limit",
)  # fmt: skip
LABEL = error("runtime/pod-label", "Kubernetes label syntax", _REFUSED, "shorten or rename it")
OPERATOR_LABEL = warning(
    "runtime/operator-label", "no label under ray.io/ in a pod template",
    "The operator owns these labels and finds its pods by them.", "use a label of your own",
)  # fmt: skip
ROOT_USER = error(
    "runtime/root-user", "a runAsUser other than 0 with runAsNonRoot",
    "The kubelet refuses to start the container (CreateContainerConfigError).",
    "set runAsUser to the image's user",
)  # fmt: skip
NO_WRITABLE_TMP = error(
    "runtime/read-only-tmp", "a volume mounted at /tmp with a read-only root file system",
    "Ray writes its session, its sockets and HAProxy's files below /tmp and cannot start.",
    "mount an emptyDir at /tmp",
)  # fmt: skip


def check(service: RayService) -> Findings:
    for group in service.groups:
        yield from _names(group)
        yield from _volumes(group)
        for container in group.containers:
            yield from _resources(container)
        yield from _labels(group)
        yield from _user(group)
    yield from _resources(service.autoscaler)
    yield from _sidecar_tmp(service)


def _names(group: Group) -> Findings:
    seen: set[str] = set()
    for container in group.containers:
        name = container["name"]
        if name.text in seen:
            yield CONTAINER_NAME.at(name, f"{name.text} a second time")
        elif name.text and not is_dns_label(name.text):
            yield CONTAINER_NAME.at(name)
        seen.add(name.text)


def _volumes(group: Group) -> Findings:
    # The operator adds these two itself.
    names = {"shared-mem", "ray-logs"}
    for volume in group.pod["volumes"].items:
        names.add(volume["name"].text)
        sources = [key for key in volume.value or {} if key != "name"]
        if len(sources) > 1:
            yield TWO_SOURCES.at(volume, ", ".join(sources))
    for container in group.containers:
        for name in container.each("volumeMounts[].name"):
            if name.text and name.text not in names:
                yield UNKNOWN_VOLUME.at(name)


def _resources(container: Node) -> Findings:
    requests, limits = container["resources"]["requests"], container["resources"]["limits"]
    for name, node in requests.entries:
        request, limit = quantity(node.value), quantity(limits[name].value)
        if request is not None and limit is not None and request > limit:
            yield MORE_THAN_LIMIT.at(node, f"{node.value}, limit {limits[name].value}")


def _labels(group: Group) -> Findings:
    yield from wrong_labels(LABEL, group.labels)
    for key, node in group.labels.entries:
        if key.startswith("ray.io/"):
            yield OPERATOR_LABEL.at(node, key)


def _user(group: Group) -> Findings:
    pod = group.pod["securityContext"]
    for container in group.containers:
        own = container["securityContext"]
        non_root = own["runAsNonRoot"] or pod["runAsNonRoot"]
        user = own["runAsUser"] or pod["runAsUser"]
        if non_root.is_true and user.integer == 0:
            yield ROOT_USER.at(user)
    context = group.container["securityContext"]
    if context["readOnlyRootFilesystem"].is_true and not _has_tmp(group.container):
        yield NO_WRITABLE_TMP.at(context["readOnlyRootFilesystem"])


def _sidecar_tmp(service: RayService) -> Findings:
    read_only = service.autoscaler["securityContext"]["readOnlyRootFilesystem"]
    if service.autoscaling and read_only.is_true and not _has_tmp(service.autoscaler):
        fix = "mount the head's /tmp volume through autoscalerOptions.volumeMounts"
        yield NO_WRITABLE_TMP.at(read_only, fix=fix)


def _has_tmp(container: Node) -> bool:
    paths = container.each("volumeMounts[].mountPath")
    return any(path.text == "/tmp" for path in paths)  # noqa: S108 - a pod's own
