"""What every Kubernetes object needs, whatever its kind: a kind, a name, labels, a schema."""

from __future__ import annotations

from kuberay.name_syntax import is_dns_label, is_subdomain
from kuberay.validate.label_rules import wrong_annotations, wrong_labels
from kuberay.validate.manifest.node import Document
from kuberay.validate.rule import Findings, error, warning
from kuberay.validate.schema._structural import REQUIRED, findings_of
from kuberay.validate.schema.catalog import Catalog

_REFUSED = "The object is refused."
NAME = error(
    "api/name",
    "lower-case letters, digits, - and ., at most 253, beginning and ending with a letter or digit",
    _REFUSED, "rename the object",
)  # fmt: skip
LABEL = error("api/label", "Kubernetes label syntax", _REFUSED, "shorten or rename it")
OLD_VERSION = warning(
    "api/old-version", "apiVersion ray.io/v1", "v1alpha1 is deprecated and lacks the newer fields.",
    "write apiVersion: ray.io/v1",
)  # fmt: skip
ABSENT_VERSION = error(
    "api/kind", "an apiVersion and kind that Kubernetes has", "The API server knows no such kind.",
    "check the spelling and the group",
)  # fmt: skip

# These kinds' names may hold more than a DNS subdomain.
_FREE_NAMES = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
_KUBERNETES_GROUPS = ("", "apps", "batch", "autoscaling", "policy")


def check_object(document: Document, catalog: Catalog) -> Findings:
    root = document.root
    for name in ("apiVersion", "kind"):
        if not root[name].text:
            yield REQUIRED.at(root[name], fix=f"add {name}")
    api_version, kind = root["apiVersion"].text, root["kind"].text
    if not api_version or not kind:
        return
    yield from _metadata(document, kind)
    if api_version == "ray.io/v1alpha1":
        yield OLD_VERSION.at(root["apiVersion"])
    schema = catalog.schema_of(api_version, kind)
    if schema is not None:
        yield from findings_of(document, schema)
    elif _is_kubernetes(api_version):
        yield ABSENT_VERSION.at(root["kind"], f"{api_version} {kind}")


def _is_kubernetes(api_version: str) -> bool:
    group = api_version.rpartition("/")[0]
    return group in _KUBERNETES_GROUPS or (group.endswith(".k8s.io") and "gateway" not in group)


def _metadata(document: Document, kind: str) -> Findings:
    metadata = document.root["metadata"]
    name = metadata["name"]
    if not name.text:
        yield REQUIRED.at(name, fix="add metadata.name")
    elif kind not in _FREE_NAMES and not is_subdomain(name.text):
        yield NAME.at(name)
    namespace = metadata["namespace"]
    if namespace.text and not is_dns_label(namespace.text):
        expected = "a namespace: at most 63 lower-case letters, digits and -"
        yield NAME.at(namespace, expected=expected, fix="correct the namespace")
    yield from wrong_labels(LABEL, metadata["labels"])
    yield from wrong_annotations(LABEL, metadata["annotations"])
