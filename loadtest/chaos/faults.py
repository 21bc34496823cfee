"""The faults that the settings name, aimed at a running service."""

from __future__ import annotations

from loadtest.chaos._fault import Fault
from loadtest.chaos._kill_faults import KillProxy, KillReplica
from loadtest.chaos._version_faults import CorruptVersion, NewVersion, VersionStatus
from loadtest.replicas.watch import ReplicaWatch
from loadtest.service.local_service import LocalService
from loadtest.settings.chaos import FaultName


def faults_of(
    names: tuple[FaultName, ...], service: LocalService, watch: ReplicaWatch, model: str, users: int
) -> list[Fault]:
    status = VersionStatus(service.url, model)
    all_faults: tuple[Fault, ...] = (
        NewVersion(service.root, model, status),
        CorruptVersion(service.root, model, status),
        KillReplica(service.processes, watch, users),
        KillProxy(service.processes, service.url, users),
    )
    by_name = {fault.name: fault for fault in all_faults}
    return [by_name[name] for name in names]
