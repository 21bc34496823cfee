"""The RayService's own fields: how it upgrades, what it exposes."""

from __future__ import annotations

from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, error

STRATEGY = error(
    "operator/upgrade-type",
    "NewCluster, NewClusterWithIncrementalUpgrade or None, in exactly this spelling",
    "The CRD has no enum here: the API server accepts any text and the operator stops at it.",
    "use one of the three",
)  # fmt: skip
HEAD_SERVICE_NAME = error(
    "operator/head-service-name", "no name",
    "The operator names the head Service itself, per cluster.", "delete headService.metadata.name",
)  # fmt: skip
DELETION_DELAY = error(
    "operator/deletion-delay", "0 or more seconds", "A negative delay is refused.",
    "use 180, or leave it out for 60",
)  # fmt: skip
INCREMENTAL_OPTIONS = error(
    "operator/incremental-upgrade", "options that an incremental upgrade can work with",
    "The operator refuses an incremental upgrade without them, or it would never move traffic.",
)  # fmt: skip
CHILD_UPGRADE_STRATEGY = error(
    "operator/cluster-upgrade-strategy", "no upgradeStrategy inside rayClusterConfig",
    "The RayService creates the RayCluster and the operator refuses that one: the failure shows "
    "on the RayCluster, not on the RayService.",
    "delete it; spec.upgradeStrategy is the one that counts",
)  # fmt: skip

_STRATEGIES = ("NewCluster", RayService.INCREMENTAL, "None")


def check(service: RayService) -> Findings:
    if not service.is_service:
        return
    strategy = service.spec["upgradeStrategy"]["type"]
    if strategy.text and strategy.text not in _STRATEGIES:
        folded = {name.lower(): name for name in _STRATEGIES}
        near = folded.get(strategy.text.lower())
        yield STRATEGY.at(strategy, fix=f"write {near}" if near else "")
    name = service.head.node.at("headService", "metadata", "name")
    if name.text:
        yield HEAD_SERVICE_NAME.at(name)
    delay = service.spec["rayClusterDeletionDelaySeconds"]
    if (delay.integer or 0) < 0:
        yield DELETION_DELAY.at(delay)
    if service.cluster["upgradeStrategy"]["type"]:
        yield CHILD_UPGRADE_STRATEGY.at(service.cluster["upgradeStrategy"]["type"])
    if service.upgrade_type == RayService.INCREMENTAL:
        yield from _incremental(service)


def _incremental(service: RayService) -> Findings:
    if not service.autoscaling:
        node = service.cluster["enableInTreeAutoscaling"]
        yield INCREMENTAL_OPTIONS.at(node, expected="true", fix="switch the autoscaler on")
    options = service.spec["upgradeStrategy"]["clusterUpgradeOptions"]
    if not options:
        yield INCREMENTAL_OPTIONS.at(
            options, expected="clusterUpgradeOptions", fix="add gatewayClassName, intervalSeconds "
            "and stepSizePercent, or use NewCluster",
        )  # fmt: skip
        return
    surge = options["maxSurgePercent"].integer
    surge = 100 if surge is None else surge
    step = options["stepSizePercent"].integer
    if not 0 <= surge <= 100:
        yield INCREMENTAL_OPTIONS.at(options["maxSurgePercent"], expected="0 to 100")
    if step is not None and not 1 <= step <= max(min(surge, 100), 1):
        yield INCREMENTAL_OPTIONS.at(
            options["stepSizePercent"],
            expected=f"1 to {surge} (maxSurgePercent); 0 would never move traffic",
        )
    interval = options["intervalSeconds"].integer
    if interval is not None and interval <= 0:
        yield INCREMENTAL_OPTIONS.at(options["intervalSeconds"], expected="more than 0")
    if options["gatewayClassName"].value == "":
        yield INCREMENTAL_OPTIONS.at(options["gatewayClassName"], expected="a GatewayClass")
