from __future__ import annotations

from collections.abc import Mapping

from loadtest.record.counts import summed
from loadtest.record.observations import RunRecord
from loadtest.settings.rules import RuleSettings
from loadtest.verdict._evidence import load_in, replicas_in
from loadtest.verdict.result import RuleResult

_UNSEEN = "the replicas could not be seen"


def start(record: RunRecord, rules: RuleSettings) -> RuleResult:
    before = replicas_in(record, "idle") or list(record.replicas[:1])
    seen = sorted({count for sample in before for count in (sample.running, sample.target)})
    return RuleResult(
        name="start-replicas",
        title="Replicas before the load",
        asked=str(rules.start_replicas),
        measured=" to ".join(map(str, dict.fromkeys(seen[:1] + seen[-1:]))) or _UNSEEN,
        passed=seen == [rules.start_replicas],
    )


def grown(record: RunRecord, rules: RuleSettings) -> RuleResult:
    under_load = [*replicas_in(record, "ramp"), *replicas_in(record, "plateau")]
    most = max((sample.running for sample in under_load), default=None)
    return RuleResult(
        name="replicas-seen",
        title="Replicas that ran under load",
        asked=f"at least {rules.min_replicas_seen}",
        measured=_UNSEEN if most is None else str(most),
        passed=most is not None and most >= rules.min_replicas_seen,
    )


def all_answered(record: RunRecord, rules: RuleSettings) -> RuleResult:
    answers = summed(sample.by_replica for sample in load_in(record, "plateau"))
    settled = _settled(record, rules.first_answer_s)
    silent = sorted(settled - answers.keys())
    answering = len(answers.keys() & settled) if settled else len(answers)
    measured = _shares(answers, silent)
    if answers and not settled:
        measured += f"; none ran in it for {rules.first_answer_s:g} s (rules.first_answer_s)"
    return RuleResult(
        name="replicas-answered",
        title="Replicas that answered requests in the plateau",
        asked=f"each, and at least {rules.min_replicas_seen}",
        measured=measured,
        passed=bool(settled) and not silent and answering >= rules.min_replicas_seen,
    )


def _settled(record: RunRecord, first_answer_s: float) -> set[str]:
    first: dict[str, float] = {}
    last: dict[str, float] = {}
    for sample in replicas_in(record, "plateau"):
        for replica in sample.replicas:
            if replica.state == "running":
                first.setdefault(replica.replica_id, sample.t_s)
                last[replica.replica_id] = sample.t_s
    return {replica for replica in first if last[replica] - first[replica] >= first_answer_s}


def _shares(answers: Mapping[str, int], silent: list[str]) -> str:
    if not answers:
        return "no answer named its replica (target.replica_header)"
    total = sum(answers.values())
    busiest_first = sorted(answers.items(), key=lambda item: -item[1])
    shares = [f"{replica} {count / total:.0%}" for replica, count in busiest_first]
    return ", ".join([*shares, *(f"{replica} nothing" for replica in silent)])


def returned(record: RunRecord, rules: RuleSettings) -> RuleResult:
    after = replicas_in(record, "cooldown")
    last = after[-1] if after else None
    cooldown = record.phase("cooldown")
    measured = _UNSEEN
    if last and cooldown:
        waited_s = last.t_s - cooldown.start_s
        measured = f"{last.running} ({last.target} wanted) {waited_s:.0f} s after the load"
    return RuleResult(
        name="replicas-at-the-end",
        title="Replicas when the run ended",
        asked=str(rules.end_replicas),
        measured=measured,
        passed=last is not None and (last.running, last.target) == (rules.end_replicas,) * 2,
    )
