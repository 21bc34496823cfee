"""One rule per injected fault."""

from __future__ import annotations

from loadtest.record.model import FaultOutcome
from loadtest.verdict.model import RuleResult


def fault(outcome: FaultOutcome) -> RuleResult:
    """Asks whether clients lost more requests than the fault excuses, and whether it healed."""
    healed = (
        "not whole again in time"
        if outcome.recovered_s is None
        else f"whole again after {outcome.recovered_s:.1f} s"
    )
    detail = f"; {outcome.detail}" if outcome.detail else ""
    return RuleResult(
        name=f"fault-{outcome.fault}",
        title=f"Failed requests after the fault {outcome.fault}",
        asked=f"at most {outcome.allowed}, and whole again",
        measured=f"{outcome.failures} failed, {outcome.retried} succeeded when sent again, "
        f"{healed}{detail}",
        passed=outcome.passed,
    )
