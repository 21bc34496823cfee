"""Words and numbers in a pod template that only the API server, the kubelet or Ray looks at."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from kuberay.validate.finding import Finding, Source
from kuberay.validate.manifest.node import Node
from kuberay.validate.rayservice.group import Group
from kuberay.validate.rayservice.service import RayService
from kuberay.validate.rule import error

WORD = error(
    "runtime/pod-word", Source.RUNTIME, "one of the words that Kubernetes has for it",
    "The CRD accepts any text; the pod is refused when the operator creates it.", "use one of them",
)  # fmt: skip
NO_IMAGE = error(
    "runtime/image-missing", Source.RUNTIME, "an image in every container",
    "The pod is refused when the operator creates it.", "add image",
)  # fmt: skip
ENV = error(
    "runtime/env-form", Source.RUNTIME, "a name without =, and either value or valueFrom",
    "The pod is refused when the operator creates it.", "rename it, or keep one of the two",
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


def check(service: RayService) -> Iterator[Finding]:
    """Yields the findings of every group."""
    for group in service.groups:
        for node, words in _words(group):
            if node.text and node.text not in words:
                yield _word(node, words)
        for container in group.containers:
            if container and not container["image"].text:
                yield NO_IMAGE.at(container["image"])
            yield from _env(container)
        for name in _NUMBERS:
            given = group.start_params[name]
            if given.text and not given.text.strip().isdecimal():
                yield START_NUMBER.at(given)
            elif name == "object-store-memory" and given.text and int(given.text) < _LEAST_STORE:
                yield START_NUMBER.at(given, expected=f"at least {_LEAST_STORE} bytes (75Mi)")
    yield from _env(service.autoscaler)


def _words(group: Group) -> Iterator[tuple[Node, tuple[str, ...]]]:
    for container in group.containers:
        yield container["imagePullPolicy"], _POLICIES
        for port in container["ports"].items:
            yield port["protocol"], ("TCP", "UDP", "SCTP")
    pod = group.pod
    yield pod["restartPolicy"], ("Always", "OnFailure", "Never")
    for toleration in pod["tolerations"].items:
        yield toleration["operator"], ("Exists", "Equal", "Lt", "Gt")
        yield toleration["effect"], _EFFECTS
    for constraint in pod["topologySpreadConstraints"].items:
        yield constraint["whenUnsatisfiable"], ("DoNotSchedule", "ScheduleAnyway")


def _word(node: Node, words: tuple[str, ...]) -> Finding:
    near = difflib.get_close_matches(node.text, words, n=1)
    fix = f"did you mean {near[0]}?" if near else ""
    return WORD.at(node, expected=f"one of {', '.join(words)}", fix=fix)


def _env(container: Node) -> Iterator[Finding]:
    for entry in container["env"].items:
        if "=" in entry["name"].text:
            yield ENV.at(entry["name"])
        if entry["value"].text and entry["valueFrom"]:
            yield ENV.at(entry, f"{entry['name'].text} with both")
