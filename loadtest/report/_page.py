"""The page: one self-contained HTML file that needs no network."""

from __future__ import annotations

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from loadtest.record.counts import summed
from loadtest.record.observations import RunRecord
from loadtest.report import _chart as chart
from loadtest.report._frames import frames
from loadtest.report._key_numbers import KeyNumbers, key_numbers
from loadtest.report._moments import moments
from loadtest.verdict.result import Verdict

_TEMPLATES = Path(__file__).parent / "template"
_UNKNOWN = "\N{EN DASH}"


def page(record: RunRecord, verdict: Verdict) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    summary = key_numbers(record)
    causes = summed(sample.failures_by_cause for sample in record.load)
    facts = [*record.environment.items(), ("settings of the load test", record.settings)]
    return environment.get_template("page.html.j2").render(
        record=record, verdict=verdict, numbers=summary, moments=moments(record),
        headline=headline(summary), tiles=_tiles(summary), growth=_growth(summary),
        causes=causes.most_common(20), model=(record.environment.get("model") or {}).get("name"),
        facts=[(name, json.dumps(tree, indent=2)) for name, tree in facts],
        svg=_inline(chart.svg(record)), css=_inline(_asset("style.css")),
        script=_inline(_asset("replay.js")), frames=_inline(_script_json(frames(record))),
        left=chart.LEFT, right=chart.RIGHT, end_s=chart.end_s(record),
    )  # fmt: skip


def headline(summary: KeyNumbers) -> str:
    start, most = summary.replicas_at_start, summary.most_replicas
    parts = [f"{start} → {most} replicas" if start is not None else "Replicas unknown"]
    if summary.plateau_rps is not None:
        parts.append(f"{summary.plateau_rps:,.0f} requests/s for {summary.plateau_s:.0f} s")
    parts.append(f"{summary.failures:,} of {summary.requests:,} requests failed")
    if summary.plateau_p99_ms is not None:
        parts.append(f"p99 {summary.plateau_p99_ms:g} ms")
    return ", ".join(parts)


def _tiles(summary: KeyNumbers) -> list[tuple[str, str]]:
    p50, p99 = map(_three_digits, (summary.plateau_p50_ms, summary.plateau_p99_ms))
    return [
        ("requests/s in the plateau", _number(summary.plateau_rps)),
        ("p50 / p99 in the plateau", f"{p50} / {p99} ms"),
        ("failed requests", f"{summary.failures:,}"),
        ("replicas at the start → at most",
         f"{_number(summary.replicas_at_start)} → {_number(summary.most_replicas)}"),
        ("from overload to a new replica",
         _number(summary.overload_to_ready_s, " s", digits=1)),
        ("server CPU per request",
         _number(summary.server_cpu_ms_per_request, " ms", digits=2)),
    ]  # fmt: skip


def _growth(summary: KeyNumbers) -> list[tuple[str, str]]:
    mib = summary.server_peak_rss_bytes
    return [
        ("First overload → scale decision",
         _number(summary.overload_to_decision_s, " s", digits=1)),
        ("Scale decision → new replica answers",
         _number(summary.decision_to_ready_s, " s", digits=1)),
        ("Requests/s per replica before growth", _number(summary.rps_per_replica_before)),
        ("… just after the first new replica", _number(summary.rps_per_replica_at)),
        ("… in the plateau", _number(summary.rps_per_replica_after)),
        ("Requests, of which sent again", f"{summary.requests:,}, {summary.retried:,}"),
        ("Memory of the service at most (sum of RSS)", _number(mib and mib / 2**20, " MiB")),
        ("Busiest process of the generator",
         _number(summary.generator_peak_cpu_percent, " % of a core")),
    ]  # fmt: skip


def _number(value: float | None, unit: str = "", *, digits: int = 0) -> str:
    return _UNKNOWN if value is None else f"{value:,.{digits}f}{unit}"


def _three_digits(value: float | None) -> str:
    return _number(value, digits=0 if value is not None and value >= 100 else 1)


def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text()


def _inline(text: str) -> Markup:
    """Our own drawing, style or script as it is; data never comes this way unescaped."""
    return Markup(text)  # noqa: S704 - see above


def _script_json(data: object) -> str:
    """Cannot end the script element that holds it."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
