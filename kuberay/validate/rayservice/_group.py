"""The head group or a worker group: its pods, and what Ray will see of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from kuberay.quantity import quantity
from kuberay.validate.manifest.node import At, Node

_GPU = "nvidia.com/gpu"
_TRUE_WORDS = ("1", "true")


@dataclass(frozen=True, slots=True)
class Group:
    """The first container is the one that runs Ray."""

    node: Node
    is_head: bool

    UNLIMITED_REPLICAS = 2**31 - 1
    """The CRD's default of maxReplicas."""
    DEFAULT_GRACE_S = 30

    pod = At("node", "template", "spec")
    labels = At("node", "template", "metadata", "labels")
    container = At("pod", "containers", 0)
    start_params = At("node", "rayStartParams")

    @property
    def name(self) -> str:
        """As the operator labels its pods."""
        return "headgroup" if self.is_head else self.node["groupName"].text or "(unnamed)"

    @property
    def containers(self) -> list[Node]:
        return self.pod["initContainers"].items + self.pod["containers"].items

    @property
    def env(self) -> dict[str, Node]:
        return {entry["name"].text: entry for entry in self.container["env"].items}

    def env_value(self, name: str) -> Node:
        """The whole environment where the variable is not set."""
        entry = self.env.get(name)
        return entry["value"] if entry else self.container["env"]

    def env_text(self, name: str) -> str:
        entry = self.env.get(name)
        return entry["value"].text if entry else ""

    def is_on(self, name: str) -> bool:
        return self.env_text(name).lower() in _TRUE_WORDS

    @property
    def ports(self) -> dict[str, Node]:
        return {port["name"].text: port for port in self.container["ports"].items if port["name"]}

    @property
    def grace_s(self) -> int:
        given = self.pod["terminationGracePeriodSeconds"].integer
        return self.DEFAULT_GRACE_S if given is None else given

    def resource(self, name: str) -> Decimal | None:
        """What KubeRay tells Ray of a pod: the limit, else the request (but for memory)."""
        resources = self.container["resources"]
        limit = quantity(resources.at("limits", name).value)
        if limit is not None or name == "memory":
            return limit
        return quantity(resources.at("requests", name).value)

    @property
    def cpus(self) -> int | None:
        """What `ray start --num-cpus` gets."""
        given = self.start_params["num-cpus"] or self.node["resources"]["CPU"]
        if given:
            number = quantity(given.value)
            return None if number is None else math.floor(number)
        found = self.resource("cpu")
        return None if found is None else math.ceil(found)

    @property
    def memory_bytes(self) -> int | None:
        given = self.start_params["memory"]
        found = quantity(given.value) if given else self.resource("memory")
        return None if found is None else int(found)

    @property
    def gpus(self) -> int:
        given = self.start_params["num-gpus"] or self.node["resources"]["GPU"]
        found = quantity(given.value) if given else self.resource(_GPU)
        return int(found or 0)

    @property
    def hosts(self) -> int:
        return self.node["numOfHosts"].integer or 1

    @property
    def min_replicas(self) -> int:
        return 1 if self.is_head else self.node["minReplicas"].integer or 0

    @property
    def max_replicas(self) -> int:
        given = self.node["maxReplicas"].integer
        return 1 if self.is_head else self.UNLIMITED_REPLICAS if given is None else given

    @property
    def replicas(self) -> int:
        wanted = self.node["replicas"].integer or 0
        return min(max(wanted, self.min_replicas), self.max_replicas)
