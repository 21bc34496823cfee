"""Words and numbers in a pod template that only the API server, the kubelet or Ray looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from kuberay.name_syntax import is_dns_label, is_subdomain
from kuberay.validate.label_rules import wrong_annotations, wrong_labels
from kuberay.validate.manifest.node import Node
from kuberay.validate.rayservice import Group, RayService
from kuberay.validate.rule import Findings, error
from kuberay.validate.suggestion import did_you_mean_in_any_case

Limit = TypeVar("Limit")
_REFUSED = "The CRD accepts it; the pod is refused when the operator creates it."
WORD = error(
    "runtime/pod-word", "one of the words that Kubernetes has for it", _REFUSED, "use one of them",
)  # fmt: skip
NUMBER = error(
    "runtime/pod-number", "a number that Kubernetes accepts", _REFUSED, "correct the number",
)  # fmt: skip
NAME = error(
    "runtime/pod-name", "a name of lower-case letters, digits and -", _REFUSED, "rename it",
)  # fmt: skip
NO_IMAGE = error(
    "runtime/image-missing", "an image in every container, without spaces", _REFUSED,
    "add or correct image",
)  # fmt: skip
ENV = error(
    "runtime/env-form", "a name without =, and either value or one source in valueFrom", _REFUSED,
    "rename it, or keep one of the two",
)  # fmt: skip
TOLERATION = error(
    "runtime/toleration",
    "no value with operator Exists, a key with operator Equal, tolerationSeconds with NoExecute",
    _REFUSED, "correct the toleration",
)  # fmt: skip
START_NUMBER = error(
    "runtime/start-param-number",
    "a whole number in quotes; bytes for memory and object-store-memory",
    "ray start ends at a value that it cannot read, and the pod restarts for ever.",
    'write 200Mi as "209715200"',
)  # fmt: skip

_NUMBERS = ("num-cpus", "num-gpus", "memory", "object-store-memory")
_LEAST_STORE = 75 * 2**20
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_SECCOMP = ("RuntimeDefault", "Localhost", "Unconfined")
_LARGEST_PORT = 2**16 - 1


_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_POD_WORDS = {
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    "securityContext.fsGroupChangePolicy": ("Always", "OnRootMismatch"),
    "securityContext.seccompProfile.type": _SECCOMP,
    "tolerations[].operator": ("Exists", "Equal", "Lt", "Gt"),
    "tolerations[].effect": ("NoSchedule", "PreferNoSchedule", "NoExecute"),
    "topologySpreadConstraints[].whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
    f"affinity.nodeAffinity.{_REQUIRED}.nodeSelectorTerms[].matchExpressions[].operator": (
        "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt",
    ),
}  # fmt: skip
_CONTAINER_WORDS = {
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "terminationMessagePolicy": ("File", "FallbackToLogsOnError"),
    "securityContext.seccompProfile.type": _SECCOMP,
    "ports[].protocol": ("TCP", "UDP", "SCTP"),
    **{f"{probe}.httpGet.scheme": ("HTTP", "HTTPS") for probe in _PROBES},
}
_USERS = {
    f"securityContext.{name}": (0, 2**31 - 1) for name in ("runAsUser", "runAsGroup", "fsGroup")
}
_POD_NUMBERS = {
    **_USERS,
    "topologySpreadConstraints[].maxSkew": (1, 2**31 - 1),
    **{
        f"affinity.{kind}.{_PREFERRED}[].weight": (1, 100)
        for kind in ("podAffinity", "podAntiAffinity", "nodeAffinity")
    },
}
_CONTAINER_NUMBERS = {
    **_USERS,
    "ports[].hostPort": (0, _LARGEST_PORT),
    **{f"{probe}.initialDelaySeconds": (0, 2**31 - 1) for probe in _PROBES},
    **{
        f"{probe}.{handler}.port": (1, _LARGEST_PORT)
        for probe in _PROBES
        for handler in ("httpGet", "tcpSocket", "grpc")
    },
}


def check(service: RayService) -> Findings:
    for group in service.groups:
        for node, words in _limited(group, _POD_WORDS, _CONTAINER_WORDS):
            if node.text and node.text not in words:
                fix = did_you_mean_in_any_case(node.text, words)
                yield WORD.at(node, expected=f"one of {', '.join(words)}", fix=fix)
        for node, (least, most) in _limited(group, _POD_NUMBERS, _CONTAINER_NUMBERS):
            if node.integer is not None and not least <= node.integer <= most:
                yield NUMBER.at(node, expected=_range(least, most))
        yield from _names(group)
        for container in group.containers:
            image = container["image"]
            if container and (not image.text or image.text != image.text.strip()):
                yield NO_IMAGE.at(image)
            yield from _env(container)
        for toleration in group.pod["tolerations"].items:
            yield from _toleration(toleration)
        yield from _start_params(group)
    yield from _env(service.autoscaler)


def _limited(
    group: Group, of_pod: Mapping[str, Limit], of_container: Mapping[str, Limit]
) -> Iterator[tuple[Node, Limit]]:
    for owner, limits in ((group.pod, of_pod), *((c, of_container) for c in group.containers)):
        for path, limit in limits.items():
            yield from ((node, limit) for node in owner.each(path))


def _range(least: int, most: int) -> str:
    return f"{least} or more" if most > _LARGEST_PORT else f"{least} to {most}"


def _names(group: Group) -> Findings:
    for volume in group.pod["volumes"].items:
        if volume["name"].text and not is_dns_label(volume["name"].text):
            yield NAME.at(volume["name"])
    account = group.pod["serviceAccountName"]
    if account.text and not is_subdomain(account.text):
        yield NAME.at(account)
    yield from wrong_labels(NAME, group.pod["nodeSelector"])
    yield from wrong_annotations(NAME, group.node.at("template", "metadata", "annotations"))


def _env(container: Node) -> Findings:
    for entry in container["env"].items:
        name, source = entry["name"], entry["valueFrom"]
        if name and (not name.text or "=" in name.text):
            yield ENV.at(name)
        if entry["value"].text and source:
            yield ENV.at(entry, f"{name.text} with both")
        elif source and len(list(source.entries)) != 1:
            yield ENV.at(source, f"{name.text} from {len(list(source.entries))} sources")


def _toleration(toleration: Node) -> Findings:
    exists = toleration["operator"].text == "Exists"
    seconds = toleration["tolerationSeconds"]
    if exists and toleration["value"].text:
        yield TOLERATION.at(toleration["value"], "a value with operator Exists")
    if not exists and not toleration["key"].text:
        yield TOLERATION.at(toleration, "operator Equal without a key")
    if seconds and toleration["effect"].text != "NoExecute":
        yield TOLERATION.at(seconds, "tolerationSeconds without effect NoExecute")


def _start_params(group: Group) -> Findings:
    for name in _NUMBERS:
        given = group.start_params[name]
        if given.text and not given.text.strip().isdecimal():
            yield START_NUMBER.at(given)
        elif name == "object-store-memory" and given.text and int(given.text) < _LEAST_STORE:
            yield START_NUMBER.at(given, expected=f"at least {_LEAST_STORE} bytes (75Mi)")
