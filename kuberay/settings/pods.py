"""Settings: how much is to be served, and the pods that do it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from foundation.settings.group import Count, Group
from kuberay.quantity import GIB, MIB, Cpus, Memory
from kuberay.settings.field_types import Labels, ObjectName, Toleration

ObjectStore = Annotated[Memory, Field(ge=75 * MIB)]
"""Bytes; Ray starts with no less than 75Mi."""
Disk = Annotated[Memory, Field(ge=GIB)]
"""Bytes; a pod that writes more is evicted, and Ray's logs alone take some 100Mi."""


class Scale(Group):
    """How much is to be served: replicas, or the requests from which they follow."""

    min_replicas: Count = 2
    """Replicas that are always there; with 2 one may fail."""
    max_replicas: Count | None = None
    """Replicas at most; excludes `requests_per_s`."""
    requests_per_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Requests per second at the peak."""
    requests_per_s_per_replica: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """What one replica was measured to answer within its latency goal (`loadtest`)."""
    headroom: Annotated[float, Field(ge=0, le=10)] = 0.3
    """Share on top of `requests_per_s`: one replica may fail, another may be starting."""

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> Self:
        if (self.requests_per_s is None) != (self.requests_per_s_per_replica is None):
            raise ValueError(
                "requests_per_s and requests_per_s_per_replica are given together or not at all: "
                "the number of replicas is their quotient"
            )
        if self.requests_per_s is not None and self.max_replicas is not None:
            raise ValueError("max_replicas follows from requests_per_s: take one of them away")
        if self.max_replicas is not None and self.max_replicas < self.min_replicas:
            raise ValueError(
                f"max_replicas ({self.max_replicas}) is less than "
                f"min_replicas ({self.min_replicas})"
            )
        if "headroom" in self.model_fields_set and self.requests_per_s is None:
            raise ValueError("headroom counts only with requests_per_s")
        return self


class Placement(Group):
    """Where the pods of a group may run."""

    node_selector: Labels = Field(default_factory=dict)
    """Labels that a node must have."""
    tolerations: tuple[Toleration, ...] = ()
    """Taints that do not keep the pods away."""
    priority_class: str = ""
    """PriorityClass of the pods; it must exist."""


class Workers(Placement):
    """The pods that hold replicas."""

    replicas_per_worker: Count = 3
    """Replicas in one pod; their CPUs together must be a whole number."""
    cpus: Cpus | None = None
    """CPUs of a pod; by default those of its replicas and 0.5 for Ray and HAProxy."""
    memory: Memory | None = None
    """Memory of a pod; by default what its replicas, Ray and the object store need, and 20 %."""
    memory_per_replica: Annotated[Memory, Field(ge=512 * MIB)] = GIB
    """Memory that Ray reserves for a replica: TensorFlow takes 0.5 to 0.8 GiB, the model comes on
    top."""
    object_store_memory: ObjectStore = 200 * MIB
    """Shared memory for Ray's objects; predictions hardly use it."""
    ephemeral_storage: Disk = 5 * GIB
    """Disk for downloaded models and logs."""
    models_claim: ObjectName | Literal[""] = ""
    """PersistentVolumeClaim that is mounted read-only at /models; empty mounts none."""
    min_workers: Count | None = None
    """Pods that are always there; by default 2, or as many as the least replicas need."""
    max_workers: Count | None = None
    """Pods at most; by default as many as the most replicas need."""
    idle_timeout_s: Annotated[int, Field(ge=1)] = 300
    """Seconds without a replica after which a pod is removed."""


class Head(Placement):
    """The pod that controls; it holds no replica and carries no traffic."""

    cpus: Annotated[Cpus, Field(ge=0.5)] = 2
    """CPUs; half of one is the least with which Ray's own processes start in time."""
    memory: Annotated[Memory, Field(ge=2 * GIB)] = 8 * GIB
    """Memory; Ray's control store and dashboard begin at about 1 GiB and grow over days."""
    object_store_memory: ObjectStore = 200 * MIB
    """Shared memory for Ray's objects."""
    ephemeral_storage: Disk = 5 * GIB
    """Disk for logs."""
    evictable: bool | None = None
    """Whether a node drain may evict it; by default only with `redis`, without which its loss stops
    the service for minutes."""
