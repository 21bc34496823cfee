"""Fault tolerance of Ray's control store (GCS): Redis, embedded storage, or none."""

from __future__ import annotations

from kuberay.validate.manifest.node import Node
from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, error, warning

TWO_SWITCHES = error(
    "operator/fault-tolerance-twice",
    "either the annotation ray.io/ft-enabled or gcsFaultToleranceOptions",
    "The operator refuses both at once.", "delete the annotation, it is the old form",
)  # fmt: skip
REDIS_BY_HAND = error(
    "operator/redis-by-hand", "Redis settings in gcsFaultToleranceOptions only",
    "The operator refuses Redis settings beside its own options.",
    "move it to gcsFaultToleranceOptions",
)  # fmt: skip
STORAGE_OPTIONS = error(
    "operator/fault-tolerance-storage",
    "options of one backend: redis..., or storage with backend rocksdb",
    "The operator refuses options of the other backend.", "delete what belongs to the other one",
)  # fmt: skip
STORAGE_GATE = error(
    "operator/fault-tolerance-gate",
    "backend redis, or the operator's feature gate GCSFaultToleranceEmbeddedStorage",
    "Embedded storage is alpha in KubeRay 1.7, and off.",
    "use redis, or say --feature-gate GCSFaultToleranceEmbeddedStorage",
)  # fmt: skip
SHARED_NAMESPACE = warning(
    "runtime/shared-redis-namespace", "no externalStorageNamespace",
    "The old and the new cluster of an upgrade would write into one namespace and corrupt each "
    "other; the default is the cluster's own id.", "delete it",
)  # fmt: skip
INCOMPLETE = error(
    "runtime/redis-address", "redisAddress with backend redis",
    "The head starts without a store and fault tolerance is silently off.", "add redisAddress",
)  # fmt: skip

GATE = "GCSFaultToleranceEmbeddedStorage"
_CLAIM_EXCLUDES = ("size", "storageClassName", "accessModes")
_REDIS_FIELDS = ("redisAddress", "redisUsername", "redisPassword", "externalStorageNamespace")


def check(service: RayService) -> Findings:
    options = service.cluster["gcsFaultToleranceOptions"]
    enabled = service.annotations["ray.io/ft-enabled"]
    if enabled and options:
        yield TWO_SWITCHES.at(enabled)
    yield from _by_hand(service, options, is_enabled=enabled.text == "true")
    if not options:
        return
    if options["backend"].text == "rocksdb":
        yield from _embedded(service, options)
    else:
        yield from _redis(options)


def _by_hand(service: RayService, options: Node, *, is_enabled: bool) -> Findings:
    env, params = service.head.env, service.head.start_params
    forbidden = [params["redis-username"], _env(service, "REDIS_USERNAME")]
    if options or not is_enabled:
        forbidden.append(_env(service, "RAY_REDIS_ADDRESS"))
    if options:
        forbidden += [params["redis-password"], _env(service, "REDIS_PASSWORD")]
        forbidden.append(service.annotations["ray.io/external-storage-namespace"])
    for node in forbidden:
        if node:
            came = f"env {node['name'].text}" if node["name"].text in env else None
            yield REDIS_BY_HAND.at(node, came)


def _env(service: RayService, name: str) -> Node:
    return service.head.env.get(name) or Node(service.document, (), None)


def _redis(options: Node) -> Findings:
    if options["storage"]:
        yield STORAGE_OPTIONS.at(options["storage"])
    if not options["redisAddress"].text:
        yield INCOMPLETE.at(options["redisAddress"])
    if options["externalStorageNamespace"]:
        yield SHARED_NAMESPACE.at(options["externalStorageNamespace"])


def _embedded(service: RayService, options: Node) -> Findings:
    if GATE not in service.gates:
        yield STORAGE_GATE.at(options["backend"])
    wrong = [options[name] for name in _REDIS_FIELDS]
    if options["storage"]["claimName"]:
        wrong += [options["storage"][name] for name in _CLAIM_EXCLUDES]
    wrong += [_env(service, "RAY_gcs_storage"), _env(service, "RAY_gcs_storage_path")]
    wrong += [
        mount
        for mount in service.head.container["volumeMounts"].items
        if mount["mountPath"].text == "/data/gcs" or mount["name"].text == "gcs-storage"
    ]
    wrong += [v for v in service.head.pod["volumes"].items if v["name"].text == "gcs-storage"]
    yield from (STORAGE_OPTIONS.at(node) for node in wrong if node)
