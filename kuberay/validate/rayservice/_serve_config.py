"""The parsed `serveConfigV2`: applications and deployments, with the defaults of Ray Serve 2.60."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import yaml

from kuberay.validate.manifest.graph import compose
from kuberay.validate.manifest.node import At, Document, Node

_AUTO_MAX_REPLICAS = 100


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the config states of it."""

    application: str
    node: Node

    autoscaling = At("node", "autoscaling_config")

    @property
    def name(self) -> str:
        return f"{self.application}/{self.node['name'].text}"

    @property
    def most_replicas(self) -> int | None:
        """None where code decides it."""
        if self.autoscaling:
            default = _AUTO_MAX_REPLICAS if self.node["num_replicas"].text == "auto" else 1
            given = self.autoscaling["max_replicas"].integer
            return default if given is None else given
        if self.node["num_replicas"].text == "auto":
            return _AUTO_MAX_REPLICAS
        return self.node["num_replicas"].integer

    @property
    def fewest_replicas(self) -> int | None:
        """What must run before the application does."""
        if not self.autoscaling:
            return self.node["num_replicas"].integer
        initial = self.autoscaling["initial_replicas"].integer
        given = self.autoscaling["min_replicas"].integer
        return initial if initial is not None else 1 if given is None else given

    @property
    def cpus(self) -> Decimal:
        """Of one replica; Serve asks for one where nothing is said."""
        given = self.node.at("ray_actor_options", "num_cpus").number
        return Decimal(1) if given is None else Decimal(str(given))

    @property
    def gpus(self) -> float:
        return self.node.at("ray_actor_options", "num_gpus").number or 0.0

    @property
    def memory_bytes(self) -> float:
        return self.node.at("ray_actor_options", "memory").number or 0.0


@dataclass(frozen=True, slots=True)
class ServeConfig:
    document: Document

    DEFAULT_HTTP_PORT = 8000
    DEFAULT_GRPC_PORT = 9000
    DEFAULT_KEEP_ALIVE_S = 90.0

    @property
    def root(self) -> Node:
        return self.document.root

    @property
    def http_port(self) -> int:
        return self.root.at("http_options", "port").integer or self.DEFAULT_HTTP_PORT

    @property
    def grpc_port(self) -> int:
        return self.root.at("grpc_options", "port").integer or self.DEFAULT_GRPC_PORT

    @property
    def speaks_grpc(self) -> bool:
        """Serve starts a gRPC proxy where it has servicers."""
        return bool(self.root.at("grpc_options", "grpc_servicer_functions").items)

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        return tuple(
            Deployment(application["name"].text, deployment)
            for application in self.root["applications"].items
            for deployment in application["deployments"].items
        )


def parse_serve_config(node: Node) -> ServeConfig | yaml.YAMLError | None:
    """Returns the error that its YAML has, or None without a text.

    Lines are those of the manifest where the text is a block (`|`), whose content starts on the
    next line; a quoted one-liner keeps its own line.
    """
    if not node.text.strip():
        return None
    document = node.document
    first = document.line_of(node.path) + (1 if "\n" in node.text else 0)
    try:
        composed = list(compose(node.text, document.file, first_line=first))
    except yaml.YAMLError as exc:
        return exc
    inner = composed[0][0] if composed else Document(document.file, None)
    prefix = f"{node.place.path}: "
    return ServeConfig(Document(document.file, inner.value, inner.lines, prefix, document.name))
