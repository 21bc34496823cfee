"""Custom resource definitions that the user has: in files, behind a URL, or on the cluster."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from foundation.json_types import JsonObject
from kuberay.errors import UsageError
from kuberay.validate.schema.catalog import KindKey

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # KubeRay's CRDs have 1 MB each
_TIMEOUT_S = 30
_MOST_BYTES = 32 * 2**20


def read_crds(sources: Iterable[str]) -> dict[KindKey, JsonObject]:
    """From folders, files and URLs; raises a UsageError where one has no readable CRD."""
    schemas: dict[KindKey, JsonObject] = {}
    for source in sources:
        found: dict[KindKey, JsonObject] = {}
        for text in _texts_of(source):
            found |= schemas_of(_load(text, source))
        if not found:
            raise UsageError(f"no CustomResourceDefinition in {source}")
        schemas |= found
    return schemas


def schemas_of(documents: Iterable[JsonObject]) -> dict[KindKey, JsonObject]:
    return {
        key: schema
        for document in documents
        if isinstance(document, dict) and document.get("kind") == "CustomResourceDefinition"
        for key, schema in _versions_of(document)
    }


def _versions_of(crd: JsonObject) -> Iterator[tuple[KindKey, JsonObject]]:
    spec = crd.get("spec", {})
    for version in spec.get("versions", ()):
        schema = version.get("schema", {}).get("openAPIV3Schema")
        if schema is None:
            continue
        key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
        yield key, schema


def _texts_of(source: str) -> Iterator[str]:
    if source.startswith(("http://", "https://")):
        yield _download(source)
        return
    path = Path(source)
    names = sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
    for name in names:
        try:
            yield name.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise UsageError(f"cannot read {name}: {exc}") from exc


def _download(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - http(s) only
            data: bytes = answer.read(_MOST_BYTES)
    except (OSError, urllib.error.URLError, ValueError) as exc:
        raise UsageError(f"cannot read {url}: {exc}", hint="give a file or a folder") from exc
    return data.decode("utf-8", errors="replace")


def _load(text: str, source: str) -> list[JsonObject]:
    try:
        return list(yaml.load_all(text, Loader=_LOADER))
    except yaml.YAMLError as exc:
        raise UsageError(f"{source} is not YAML: {' '.join(str(exc).split())}") from exc
