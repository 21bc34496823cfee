"""The objects beside the RayService in one stream: what they must be for it to work."""

from __future__ import annotations

from collections.abc import Sequence

from kuberay.validate.manifest.node import Document, Node
from kuberay.validate.rayservice import Group, RayService
from kuberay.validate.rule import Findings, error, warning

TWICE = error(
    "runtime/object-twice", "each object once in the input", "The second one overwrites the first.",
    "delete one of them",
)  # fmt: skip
SERVICE_ACCOUNT = warning(
    "runtime/service-account", "a ServiceAccount of this name",
    "The operator binds its Role to it but does not create it: without it no pod starts.",
    "add the ServiceAccount, or make sure that it is there",
)  # fmt: skip
SELECTS_NOTHING = warning(
    "runtime/budget-selects-nothing", "labels that some pod template has",
    "The budget protects no pod.", "copy the labels of the pod template",
)  # fmt: skip
FROZEN = warning(
    "runtime/dashboard-blocked",
    "an ingress rule that lets the operator reach the head's port 8265",
    "The operator cannot ask the dashboard: the rollout freezes, and a reverted spec is ignored.",
    "allow port 8265 from the operator's namespace",
)  # fmt: skip

_DASHBOARD = (8265, "dashboard")


def check_stream(documents: Sequence[Document], services: Sequence[RayService]) -> Findings:
    yield from _twice(documents)
    accounts = {d.root["metadata"]["name"].text for d in documents if _is(d, "ServiceAccount")}
    for service in services:
        yield from _accounts(service, accounts)
    groups = [group for service in services for group in service.groups]
    for document in documents if groups else ():
        if _is(document, "PodDisruptionBudget"):
            yield from _budget(document, documents, groups)
        if _is(document, "NetworkPolicy"):
            yield from _network_policy(document, [s.head for s in services])


def _is(document: Document, kind: str) -> bool:
    return document.root["kind"].text == kind


def _twice(documents: Sequence[Document]) -> Findings:
    seen: set[tuple[str, ...]] = set()
    for document in documents:
        root = document.root
        group = root["apiVersion"].text.rpartition("/")[0]
        metadata = root["metadata"]
        key = (group, root["kind"].text, metadata["namespace"].text, metadata["name"].text)
        if key in seen and key[-1]:
            yield TWICE.at(metadata["name"], f"{document.name} a second time")
        seen.add(key)


def _accounts(service: RayService, accounts: set[str]) -> Findings:
    told: set[str] = set()
    for group in service.groups:
        node = group.pod["serviceAccountName"]
        if node.text and node.text != "default" and node.text not in accounts | told:
            told.add(node.text)
            yield SERVICE_ACCOUNT.at(node, f"{node.text}, which the input does not hold")


def _budget(document: Document, documents: Sequence[Document], groups: Sequence[Group]) -> Findings:
    selector = document.root["spec"]["selector"]
    templates = [group.labels for group in groups]
    templates += [d.root.at("spec", "template", "metadata", "labels") for d in documents]
    if selector["matchLabels"] and not any(_selects(selector, labels) for labels in templates):
        yield SELECTS_NOTHING.at(selector["matchLabels"])


def _selects(selector: Node, labels: Node) -> bool:
    """Labels under ray.io/ are the operator's: no template has them, all pods do."""
    wanted = [(key, node.value) for key, node in selector["matchLabels"].entries]
    return bool(labels or wanted) and all(
        key.startswith("ray.io/") or labels[key].value == value for key, value in wanted
    )


def _network_policy(document: Document, heads: Sequence[Group]) -> Findings:
    spec = document.root["spec"]
    types = [node.text for node in spec["policyTypes"].items] or ["Ingress"]
    selects_head = any(_selects(spec["podSelector"], head.labels) for head in heads)
    if "Ingress" not in types or not selects_head or spec["podSelector"]["matchExpressions"]:
        return
    for rule in spec["ingress"].items:
        ports = rule["ports"].items
        if not ports or any(_is_dashboard(port) for port in ports):
            return
    yield FROZEN.at(spec["ingress"])


def _is_dashboard(port: Node) -> bool:
    number, end = port["port"].integer, port["endPort"].integer
    if number is not None and end is not None:
        return number <= _DASHBOARD[0] <= end
    return not port["port"] or port["port"].value in _DASHBOARD
