"""Ray's autoscaler: its version, its options."""

from __future__ import annotations

from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, error

SWITCH_BY_ENV = error(
    "operator/autoscaler-env",
    "autoscalerOptions.version instead of the variable RAY_enable_autoscaler_v2",
    "The operator refuses the variable beside the field, or without an autoscaler.",
    "delete the variable and set autoscalerOptions.version: v2",
)  # fmt: skip
RESTART_POLICY = error(
    "operator/restart-policy", "no restartPolicy, or Never, with the autoscaler v2",
    "A restarted container would be a node that the autoscaler believes dead.",
    "delete restartPolicy",
)  # fmt: skip
IDLE_TIMEOUT = error(
    "operator/idle-timeout", "0 or more seconds", "The operator refuses a negative time.",
    "use 120 to 300",
)  # fmt: skip
RESERVED_ENV = error(
    "operator/reserved-env", "no variable that the operator sets itself",
    "The operator refuses it.", "delete it",
)  # fmt: skip

_SWITCH = "RAY_enable_autoscaler_v2"


def check(service: RayService) -> Findings:
    switch = service.head.env.get(_SWITCH)
    given = service.autoscaler["version"]
    if switch is not None and service.autoscaling and given:
        yield SWITCH_BY_ENV.at(switch, f"{_SWITCH} beside version {given.text}")
    elif switch is not None and not service.autoscaling and service.head.is_on(_SWITCH):
        yield SWITCH_BY_ENV.at(switch, f"{_SWITCH} with the autoscaler off")
    if service.autoscaling and service.autoscaler_is_v2:
        for group in service.groups:
            policy = group.pod["restartPolicy"]
            if policy.text not in ("", "Never"):
                yield RESTART_POLICY.at(policy)
    idle = service.autoscaler["idleTimeoutSeconds"]
    if (idle.integer or 0) < 0:
        yield IDLE_TIMEOUT.at(idle)
    for entry in service.autoscaler["env"].items:
        if entry["name"].text == "KUBERAY_GEN_AUTOSCALER_START_CMD":
            yield RESERVED_ENV.at(entry, entry["name"].text)
