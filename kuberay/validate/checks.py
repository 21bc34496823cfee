"""All layers over one input, in the order in which they would complain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from kuberay.validate.finding import Finding, Severity
from kuberay.validate.manifest.node import Document
from kuberay.validate.manifest.stream import Stream
from kuberay.validate.operator import (
    autoscaler,
    fault_tolerance,
    groups,
    metadata,
    security,
    upgrade,
)
from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, Rule, defined_rules
from kuberay.validate.runtime import (
    capacity,
    images,
    pod_values,
    pods,
    ports,
    probes,
    proxies,
    related_objects,
    rollout,
    scaling,
    shutdown,
)
from kuberay.validate.schema.catalog import BUILT_IN_KINDS, Catalog
from kuberay.validate.schema.objects import check_object
from kuberay.validate.serve import config_text, ray_schema

Check = Callable[[RayService], Iterable[Finding]]

_CHECKS: tuple[Check, ...] = (
    metadata.check, upgrade.check, groups.check, fault_tolerance.check, autoscaler.check,
    security.check, config_text.check, pods.check, pod_values.check, ports.check, probes.check,
    images.check, capacity.check, scaling.check, proxies.check, shutdown.check, rollout.check,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """How to check: `gates` are on beside the operator's own; `with_ray` asks Ray's classes."""

    catalog: Catalog
    gates: frozenset[str] = frozenset()
    with_ray: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and what could not be looked at."""

    objects: tuple[str, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[str, ...] = field(default=())

    @property
    def errors(self) -> int:
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        return len(self.findings) - self.errors


def validate(stream: Stream, options: Options) -> Report:
    services = [
        RayService(document, options.gates)
        for document in stream.documents
        if document.root["kind"].text in BUILT_IN_KINDS
        and document.root["apiVersion"].text.startswith("ray.io/")
    ]
    findings = list(stream.findings)
    for document in stream.documents:
        findings += check_object(document, options.catalog)
    for service in services:
        findings += _of_service(service, options)
    findings += related_objects.check_stream(stream.documents, services)
    names = tuple(document.name for document in stream.documents)
    skipped = tuple(_skipped(stream.documents, services, options))
    return Report(names, _sorted(findings, stream), skipped)


def all_rules() -> list[Rule]:
    """The modules of all layers are imported here."""
    return sorted(defined_rules(), key=lambda rule: rule.id)


def _of_service(service: RayService, options: Options) -> Findings:
    for check in _CHECKS:
        yield from check(service)
    if options.with_ray and ray_schema.is_available():
        yield from ray_schema.check(service)


def _sorted(findings: list[Finding], stream: Stream) -> tuple[Finding, ...]:
    files = {document.file: index for index, document in enumerate(stream.documents)}
    ordered = sorted(findings, key=lambda f: (files.get(f.place.file, 0), f.place.line))
    return tuple(dict.fromkeys(ordered))


def _skipped(
    documents: Iterable[Document], services: list[RayService], options: Options
) -> Iterator[str]:
    for document in documents:
        api_version, kind = (document.root[key].text for key in ("apiVersion", "kind"))
        if kind and api_version and options.catalog.schema_of(api_version, kind) is None:
            yield f"{document.name}: no schema of {api_version} {kind}; give its CRD with --crds"
    if any(service.serve is not None for service in services):
        if not options.with_ray:
            yield "serveConfigV2 against Ray's classes: switched off"
        elif not ray_schema.is_available():
            yield "serveConfigV2 against Ray's classes: Ray is not installed here"
