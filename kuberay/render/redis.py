"""Redis: where Ray keeps its cluster state, so that the service outlives the head pod."""

from __future__ import annotations

from kuberay.quantity import MIB, memory_text
from kuberay.render.commented import Commented, Object, Tree
from kuberay.render.names import HEAD, REDIS, Names
from kuberay.render.network import dns_egress
from kuberay.render.pod import container_security, pod_security, pull_secrets, tmp_volume
from kuberay.render.ports import REDIS as REDIS_PORT
from kuberay.settings.deploy_file import DeployFile
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
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": names.metadata(names.redis, REDIS),
        "spec": {
            "selector": names.labels(REDIS),
            "ports": [
                {"name": "redis", "port": REDIS_PORT, "targetPort": "redis", "protocol": "TCP"}
            ],
        },
    }


def _stateful_set(deploy: DeployFile, server: RedisServer, password: SecretKey) -> Object:
    names = Names.of(deploy)
    claim: Object = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": memory_text(server.storage)}},
    }
    if server.storage_class:
        claim["storageClassName"] = server.storage_class
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": names.metadata(names.redis, REDIS),
        "spec": {
            "serviceName": names.redis,
            "replicas": Commented("Ray speaks to one shard; the disk is what survives", 1),
            "selector": {"matchLabels": names.labels(REDIS)},
            "template": {
                "metadata": {"labels": names.labels(REDIS)},
                "spec": {
                    "automountServiceAccountToken": False,
                    **pull_secrets(deploy),
                    "securityContext": pod_security(_USER),
                    "containers": [_container(server, password)],
                    "volumes": [tmp_volume(64 * MIB)],
                },
            },
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
        },
    }


def _container(server: RedisServer, password: SecretKey) -> Object:
    memory = memory_text(server.memory)
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
        "resources": {
            "requests": {"cpu": "100m", "memory": memory},
            "limits": {"memory": memory},
        },
        "securityContext": container_security(),
        "volumeMounts": [
            {"name": "data", "mountPath": "/data"},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a pod's own
        ],
    }


def _network_policy(names: Names) -> Object:
    heads: Tree = [{"podSelector": {"matchLabels": names.labels(HEAD)}}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": names.metadata(names.redis, REDIS),
        "spec": {
            "podSelector": {"matchLabels": names.labels(REDIS)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": Commented(
                "whoever writes here commands the Ray cluster: only its head may",
                [{"from": heads, "ports": [{"protocol": "TCP", "port": REDIS_PORT}]}],
            ),
            "egress": [dns_egress()],
        },
    }
