"""Redis: where Ray keeps its cluster state, so that the service outlives the head pod."""

from __future__ import annotations

from kuberay.quantity import MIB, memory_text
from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.names import HEAD, REDIS, Names
from kuberay.render.network import DNS, policy, tcp
from kuberay.render.pod import (
    TMP_MOUNT,
    container_security,
    pod_security,
    pull_secrets,
    resources,
    tmp_volume,
)
from kuberay.render.ports import REDIS as REDIS_PORT
from kuberay.settings import DeployFile
from kuberay.settings.field_types import SecretKey
from kuberay.settings.surroundings import RedisServer

_USER = 999
"""The user `redis` of Redis' own image."""
_SAVE = 'appendonly yes\nappendfsync everysec\nsave ""\ndir /data\n'
_START = (
    "umask 077 && "
    'printf \'%s\\nrequirepass "%s"\\n\' "$REDIS_SETTINGS" "$REDIS_PASSWORD" > /tmp/redis.conf && '
    "exec redis-server /tmp/redis.conf"
)
_PASSWORD = "REDIS_PASSWORD"  # noqa: S105 - a variable's name


def fault_tolerance(deploy: DeployFile) -> Object:
    redis = deploy.redis
    assert redis is not None
    names = Names.of(deploy)
    address = redis.address or f"{names.host(names.redis)}:{REDIS_PORT}"
    options: Object = {
        "redisAddress": Commented(
            "no externalStorageNamespace: old and new cluster would share one during an upgrade",
            address,
        )
    }
    if redis.password:
        options["redisPassword"] = {"valueFrom": _secret_key(redis.password)}
    return options


def _secret_key(password: SecretKey) -> Object:
    return {"secretKeyRef": {"name": password.name, "key": password.key}}


def redis_objects(deploy: DeployFile) -> list[Object]:
    if not deploy.redis or not deploy.redis.server or not deploy.redis.password:
        return []
    names = Names.of(deploy)
    objects = [_service(names), _stateful_set(deploy, deploy.redis.server, deploy.redis.password)]
    return [*objects, _network_policy(names)] if deploy.network_policy.enabled else objects


def _service(names: Names) -> Object:
    port: Object = {"name": "redis", "port": REDIS_PORT, "targetPort": "redis", "protocol": "TCP"}
    spec: Object = {"selector": names.labels(REDIS), "ports": [port]}
    return names.object("v1 Service", names.redis, REDIS, spec=spec)


def _stateful_set(deploy: DeployFile, server: RedisServer, password: SecretKey) -> Object:
    names = Names.of(deploy)
    claim: Object = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": memory_text(server.storage)}},
    }
    if server.storage_class:
        claim["storageClassName"] = server.storage_class
    pod: Object = {
        "automountServiceAccountToken": False,
        **pull_secrets(deploy),
        "securityContext": pod_security(_USER),
        "containers": [_container(server, password)],
        "volumes": [tmp_volume(64 * MIB)],
    }
    spec: Object = {
        "serviceName": names.redis,
        "replicas": Commented("Ray speaks to one shard; the disk is what survives", 1),
        "selector": {"matchLabels": names.labels(REDIS)},
        "template": {"metadata": {"labels": names.labels(REDIS)}, "spec": pod},
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
    }
    return names.object("apps/v1 StatefulSet", names.redis, REDIS, spec=spec)


def _container(server: RedisServer, password: SecretKey) -> Object:
    return {
        "name": "redis",
        "image": server.image,
        # In a file that only Redis reads: arguments and `ps` would show the password.
        "command": ["/bin/sh", "-c"],
        "args": [_START],
        "env": [
            {"name": "REDIS_SETTINGS", "value": _SAVE},
            {"name": _PASSWORD, "valueFrom": _secret_key(password)},
        ],
        "ports": [{"name": "redis", "containerPort": REDIS_PORT, "protocol": "TCP"}],
        "readinessProbe": {"tcpSocket": {"port": "redis"}, "periodSeconds": 5},
        "livenessProbe": {"tcpSocket": {"port": "redis"}, "periodSeconds": 10},
        "resources": resources("100m", memory_text(server.memory)),
        "securityContext": container_security(),
        "volumeMounts": [{"name": "data", "mountPath": "/data"}, TMP_MOUNT],
    }


def _network_policy(names: Names) -> Object:
    heads: Tree = [{"podSelector": {"matchLabels": names.labels(HEAD)}}]
    allowed = Commented(
        "whoever writes here commands the Ray cluster: only its head may",
        [{"from": heads, "ports": tcp(REDIS_PORT)}],
    )
    pods: Object = {"matchLabels": names.labels(REDIS)}
    return policy(names, names.redis, REDIS, pods, ingress=allowed, egress=[DNS])
