"""A few bytes by name that every process of the Ray cluster can read and that outlive them all."""

from __future__ import annotations

from ray.experimental import internal_kv

_NAMESPACE = b"bqml_serve"


class ClusterStore:
    """`KeyValues` in the store of Ray's head node, where Ray Serve keeps its own state."""

    def put(self, key: str, value: bytes, *, overwrite: bool = True) -> bool:
        existed = internal_kv._internal_kv_put(  # noqa: SLF001 - as Ray Serve itself does
            key.encode(), value, overwrite, namespace=_NAMESPACE
        )
        return overwrite or not existed

    def get(self, key: str) -> bytes | None:
        value: bytes | None = internal_kv._internal_kv_get(  # noqa: SLF001
            key.encode(), namespace=_NAMESPACE
        )
        return value

    def delete(self, key: str) -> None:
        internal_kv._internal_kv_del(key.encode(), namespace=_NAMESPACE)  # noqa: SLF001

    def keys(self, prefix: str) -> list[str]:
        found = internal_kv._internal_kv_list(prefix.encode(), namespace=_NAMESPACE)  # noqa: SLF001
        return [key.decode() for key in found]
