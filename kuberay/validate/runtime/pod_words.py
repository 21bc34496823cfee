"""Words and numbers in a pod template that only the API server, the kubelet or Ray looks at."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from kuberay.validate.finding import Finding, Source
from kuberay.validate.manifest.node import Node
from kuberay.validate.rayservice.group import Group
from kuberay.validate.rayservice.labels import (
    is_dns_label,
    is_subdomain,
    key_problem,
    label_problem,
)
from kuberay.validate.rayservice.service import RayService
from kuberay.validate.rule import error

_REFUSED = "The CRD accepts it; the pod is refused when the operator creates it."
WORD = error(
    "runtime/pod-word", Source.RUNTIME, "one of the words that Kubernetes has for it", _REFUSED,
    "use one of them",
)  # fmt: skip
NUMBER = error(
    "runtime/pod-number", Source.RUNTIME, "a number that Kubernetes accepts", _REFUSED,
    "correct the number",
)  # fmt: skip
NAME = error(
    "runtime/pod-name", Source.RUNTIME, "a name of lower-case letters, digits and -", _REFUSED,
    "rename it",
)  # fmt: skip
NO_IMAGE = error(
    "runtime/image-missing", Source.RUNTIME, "an image in every container, without spaces",
    _REFUSED, "add or correct image",
)  # fmt: skip
ENV = error(
    "runtime/env-form", Source.RUNTIME,
    "a name without =, and either value or one source in valueFrom", _REFUSED,
    "rename it, or keep one of the two",
)  # fmt: skip
TOLERATION = error(
    "runtime/toleration", Source.RUNTIME,
    "no value with operator Exists, a key with operator Equal, tolerationSeconds with NoExecute",
    _REFUSED, "correct the toleration",
)  # fmt: skip
START_NUMBER = error(
    "runtime/start-param-number", Source.RUNTIME,
    "a whole number in quotes; bytes for memory and object-store-memory",
    "ray start ends at a value that it cannot read, and the pod restarts for ever.",
    'write 200Mi as "209715200"',
)  # fmt: skip

_NUMBERS = ("num-cpus", "num-gpus", "memory", "object-store-memory")
_LEAST_STORE = 75 * 2**20
_POLICIES = ("Always", "IfNotPresent", "Never")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_SECCOMP = ("RuntimeDefault", "Localhost", "Unconfined")
_CONTAINER_WORDS = {
    "imagePullPolicy": _POLICIES,
    "terminationMessagePolicy": ("File", "FallbackToLogsOnError"),
}
_POD_WORDS = {
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
}
_SELECTORS = ("In", "NotIn", "Exists", "DoesNotExist")
_LARGEST_PORT = 2**16 - 1


def check(service: RayService) -> Iterator[Finding]:
    for group in service.groups:
        for node, words in _words(group):
            if node.text and node.text not in words:
                yield _word(node, words)
        for node, least, most in _numbers(group):
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


def _words(group: Group) -> Iterator[tuple[Node, tuple[str, ...]]]:
    pod = group.pod
    for name, words in _POD_WORDS.items():
        yield pod[name], words
    yield pod["securityContext"]["fsGroupChangePolicy"], ("Always", "OnRootMismatch")
    yield pod.at("securityContext", "seccompProfile", "type"), _SECCOMP
    for container in group.containers:
        for name, words in _CONTAINER_WORDS.items():
            yield container[name], words
        yield container.at("securityContext", "seccompProfile", "type"), _SECCOMP
        for port in container["ports"].items:
            yield port["protocol"], ("TCP", "UDP", "SCTP")
        for name in _PROBES:
            yield container.at(name, "httpGet", "scheme"), ("HTTP", "HTTPS")
    for toleration in pod["tolerations"].items:
        yield toleration["operator"], ("Exists", "Equal", "Lt", "Gt")
        yield toleration["effect"], _EFFECTS
    for constraint in pod["topologySpreadConstraints"].items:
        yield constraint["whenUnsatisfiable"], ("DoNotSchedule", "ScheduleAnyway")
    required = pod.at("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    for term in required["nodeSelectorTerms"].items:
        for expression in term["matchExpressions"].items:
            yield expression["operator"], (*_SELECTORS, "Gt", "Lt")


def _numbers(group: Group) -> Iterator[tuple[Node, int, int]]:
    most = 2**31 - 1
    for container in group.containers:
        for port in container["ports"].items:
            yield port["hostPort"], 0, _LARGEST_PORT
        for name in _PROBES:
            yield container[name]["initialDelaySeconds"], 0, most
            for handler in ("httpGet", "tcpSocket", "grpc"):
                yield container[name][handler]["port"], 1, _LARGEST_PORT
    for context in (group.pod, *group.containers):
        for name in ("runAsUser", "runAsGroup", "fsGroup"):
            yield context["securityContext"][name], 0, most
    for constraint in group.pod["topologySpreadConstraints"].items:
        yield constraint["maxSkew"], 1, most
    for kind in ("podAffinity", "podAntiAffinity", "nodeAffinity"):
        preferred = group.pod["affinity"][kind]["preferredDuringSchedulingIgnoredDuringExecution"]
        for term in preferred.items:
            yield term["weight"], 1, 100


def _range(least: int, most: int) -> str:
    return f"{least} or more" if most > _LARGEST_PORT else f"{least} to {most}"


def _word(node: Node, words: tuple[str, ...]) -> Finding:
    folded = {word.lower(): word for word in words}
    near = difflib.get_close_matches(node.text.lower(), folded, n=1)
    fix = f"did you mean {folded[near[0]]}?" if near else ""
    return WORD.at(node, expected=f"one of {', '.join(words)}", fix=fix)


def _names(group: Group) -> Iterator[Finding]:
    for volume in group.pod["volumes"].items:
        if volume["name"].text and not is_dns_label(volume["name"].text):
            yield NAME.at(volume["name"])
    account = group.pod["serviceAccountName"]
    if account.text and not is_subdomain(account.text):
        yield NAME.at(account)
    for key, node in group.pod["nodeSelector"].entries:
        problem = label_problem(key, node.text)
        if problem:
            yield NAME.at(node, f"{key}: {node.text}", expected=problem)
    for key, node in group.node.at("template", "metadata", "annotations").entries:
        problem = key_problem(key)
        if problem:
            yield NAME.at(node, key, expected=problem)


def _env(container: Node) -> Iterator[Finding]:
    for entry in container["env"].items:
        name, source = entry["name"], entry["valueFrom"]
        if name and (not name.text or "=" in name.text):
            yield ENV.at(name)
        if entry["value"].text and source:
            yield ENV.at(entry, f"{name.text} with both")
        elif source and len(list(source.entries)) != 1:
            yield ENV.at(source, f"{name.text} from {len(list(source.entries))} sources")


def _toleration(toleration: Node) -> Iterator[Finding]:
    exists = toleration["operator"].text == "Exists"
    seconds = toleration["tolerationSeconds"]
    if exists and toleration["value"].text:
        yield TOLERATION.at(toleration["value"], "a value with operator Exists")
    if not exists and not toleration["key"].text:
        yield TOLERATION.at(toleration, "operator Equal without a key")
    if seconds and toleration["effect"].text != "NoExecute":
        yield TOLERATION.at(seconds, "tolerationSeconds without effect NoExecute")


def _start_params(group: Group) -> Iterator[Finding]:
    for name in _NUMBERS:
        given = group.start_params[name]
        if given.text and not given.text.strip().isdecimal():
            yield START_NUMBER.at(given)
        elif name == "object-store-memory" and given.text and int(given.text) < _LEAST_STORE:
            yield START_NUMBER.at(given, expected=f"at least {_LEAST_STORE} bytes (75Mi)")
