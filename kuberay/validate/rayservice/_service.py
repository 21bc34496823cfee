"""A RayService or a RayCluster, read once and asked by every rule."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import yaml

from kuberay.validate.manifest.node import At, Document, Node
from kuberay.validate.rayservice._group import Group
from kuberay.validate.rayservice._serve_config import ServeConfig, parse_serve_config

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)([.-]?\w+)*")


@dataclass(frozen=True)
class RayService:
    document: Document
    gates: frozenset[str] = frozenset()

    HA_PROXY = "RAY_SERVE_ENABLE_HA_PROXY"
    INCREMENTAL = "NewClusterWithIncrementalUpgrade"

    spec = At("root", "spec")
    annotations = At("root", "metadata", "annotations")
    autoscaler = At("cluster", "autoscalerOptions")

    @property
    def root(self) -> Node:
        return self.document.root

    @property
    def is_service(self) -> bool:
        return self.root["kind"].text == "RayService"

    @property
    def cluster(self) -> Node:
        return self.spec["rayClusterConfig"] if self.is_service else self.spec

    @functools.cached_property
    def head(self) -> Group:
        return Group(self.cluster["headGroupSpec"], is_head=True)

    @functools.cached_property
    def workers(self) -> tuple[Group, ...]:
        return tuple(Group(node, is_head=False) for node in self.cluster["workerGroupSpecs"].items)

    @property
    def groups(self) -> tuple[Group, ...]:
        return (self.head, *self.workers)

    @property
    def autoscaling(self) -> bool:
        return self.cluster["enableInTreeAutoscaling"].is_true

    @property
    def autoscaler_is_v2(self) -> bool:
        by_env = self.head.is_on("RAY_enable_autoscaler_v2")
        return self.autoscaler["version"].text == "v2" or by_env

    @property
    def ray_version(self) -> tuple[int, int, int] | None:
        match = _VERSION.fullmatch(self.cluster["rayVersion"].text)
        return (int(match[1]), int(match[2]), int(match[3])) if match else None

    @property
    def upgrade_type(self) -> str:
        """The operator's default is NewCluster."""
        return self.spec.at("upgradeStrategy", "type").text or "NewCluster"

    @functools.cached_property
    def parsed_serve_config(self) -> ServeConfig | yaml.YAMLError | None:
        return parse_serve_config(self.spec["serveConfigV2"]) if self.is_service else None

    @property
    def serve(self) -> ServeConfig | None:
        parsed = self.parsed_serve_config
        return parsed if isinstance(parsed, ServeConfig) else None

    @property
    def uses_ha_proxy(self) -> bool:
        return any(group.is_on(self.HA_PROXY) for group in self.groups)
